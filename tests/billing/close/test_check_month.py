"""Each item of the checklist finds what it is there to find, and names the page it is mended on."""

from datetime import date

import pytest
from django.db import connection

from billing.models import (
    BankLine,
    BankStatement,
    GatewayEvent,
    Invoice,
    InvoiceDelivery,
    InvoiceDocument,
    Subscription,
)
from billing.operations.ask_exception import ask_exception
from billing.operations.check_month import Checking, check_item
from billing.operations.push_flow import push_flow
from billing.pipeline import DRAFT, RATE
from billing.queries.close.checklist import month_of
from tax.models import TaxRegistration
from tests.billing.close.closing import JANUARY, lock, person
from tests.seatworld import START, day, make_customer, start
from tests.taxed import consumer, sell_from_ireland


def finding(world, code: str, month: date = JANUARY, at=None):
    told = []
    asked = Checking(
        world.entity, month_of(month), at or day(3, 3),
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    return check_item(code=code, asked=asked)


def rows(found) -> list[tuple[str, str]]:
    return [(row.page, row.key) for row in found.rows]


def untouched(words: str, *said) -> None:
    """Change what triggers guard, as somebody with the keys of the database might."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(words, said)
        cursor.execute("SET session_replication_role = origin")


def test_a_subscription_that_was_due_and_is_not_rated(lived):
    late = start(lived.plan, make_customer(lived.entity, "late"), "late-team")

    found = finding(lived, "events")

    assert (found.count, rows(found)) == (1, [("customer", str(late.customer_id))])


def test_what_a_policy_bills_later_is_told_and_does_not_block(lived):
    Subscription.objects.update(touched_from=date(2026, 1, 20))

    found = finding(lived, "events")

    assert found.is_clean
    assert "later, when their policy says so: 1." in found.words


def test_a_draft_of_the_month_is_found_with_its_amount(lived):
    customer = make_customer(lived.entity, "late")
    start(lived.plan, customer, "late-team")
    push_flow(stages=(RATE, DRAFT), at=START)

    found = finding(lived, "drafts")

    draft = Invoice.objects.get(customer=customer)
    assert (rows(found), found.amounts) == ([("invoice", str(draft.pk))], {"USD": 200_00})


def test_a_changed_ledger_entry_breaks_its_chain(lived):
    untouched("UPDATE billing_seatledgerentry SET balance_after = balance_after + 1")

    found = finding(lived, "ledger")

    assert (found.count, rows(found)) == (1, [("customer", str(lived.customer.pk))])


def test_a_changed_invoice_no_longer_derives(lived):
    invoice = Invoice.objects.earliest("issued_at")
    untouched("UPDATE billing_invoiceline SET quantity = 1 WHERE invoice_id = %s", invoice.pk)

    found = finding(lived, "recheck")

    assert set(rows(found)) == {("invoice", str(invoice.pk))}


def test_a_posting_that_differs_is_listed_to_its_row(lived):
    untouched("DELETE FROM billing_journalposting WHERE role = 'receivable'")

    found = finding(lived, "reconcile")

    assert ("invoice", str(Invoice.objects.earliest("issued_at").pk)) in rows(found)


def test_revenue_of_the_month_that_is_still_deferred(lived):
    untouched("UPDATE billing_recognitionslice SET entry_id = NULL WHERE month = %s", JANUARY)

    found = finding(lived, "revenue")

    assert rows(found) == [("recognition", "2026-01")]


def test_a_document_whose_taxes_are_not_what_it_charges(lived):
    invoice = Invoice.objects.earliest("issued_at")
    untouched(
        "UPDATE billing_invoice SET tax_minor = 1, total_minor = total_minor + 1, "
        "amount_due_minor = amount_due_minor + 1 WHERE id = %s",
        invoice.pk,
    )

    assert rows(finding(lived, "tax_inputs")) == [("invoice", str(invoice.pk))]


def test_an_exception_nobody_decided(lived):
    asked = ask_exception(
        kind="payment_terms", subject="acme", terms={"days": 60}, reason="Asked for",
        customer_text="60 days", by=person("ann"), at=day(1, 20),
    )  # fmt: skip

    assert rows(finding(lived, "approvals")) == [("exception", asked.number)]


def test_a_webhook_that_is_not_applied(lived):
    event = GatewayEvent.objects.create(
        event_id="evt_1", kind="x", created_at=day(1, 20), received_at=day(1, 20), body="{}"
    )

    assert rows(finding(lived, "webhooks")) == [("gateway_event", str(event.pk))]


def test_a_document_that_is_not_rendered(lived):
    invoice = Invoice.objects.earliest("issued_at")
    untouched("DELETE FROM billing_invoicedocument WHERE invoice_id = %s", invoice.pk)

    found = finding(lived, "documents")

    assert (rows(found), found.amounts) == ([("invoice", str(invoice.pk))], {"USD": 200_00})
    assert InvoiceDocument.objects.exists(), "those of other months do not matter"


def test_a_bank_line_nobody_matched(lived):
    statement = BankStatement.objects.create(
        billing_entity=lived.entity, file_name="a.csv", format="csv", sha256="1" * 64,
        currency="USD", imported_at=day(2, 1),
    )  # fmt: skip
    line = BankLine.objects.create(
        statement=statement, billing_entity=lived.entity, key="1", position=1, currency="USD",
        booked_on=date(2026, 1, 31), amount_minor=5_00, payer_name="Somebody",
    )  # fmt: skip

    found = finding(lived, "bank")

    assert (rows(found), found.amounts) == ([("bank_line", str(line.pk))], {"USD": 5_00})
    assert finding(lived, "bank", date(2025, 12, 1)).is_clean


def test_an_open_month_before_it(lived):
    lock(lived)

    found = finding(lived, "earlier", date(2026, 3, 1), day(4, 2))

    assert [row.label for row in found.rows] == ["2026-02"]


def test_an_e_mail_that_did_not_go_out_is_named(lived):
    InvoiceDelivery.objects.update(state="unknown", sent_at=None)

    found = finding(lived, "documents")

    assert {row.words for row in found.rows} == {"Its e-mail did not go out"}


@pytest.mark.parametrize("code", ["documents", "tax_inputs", "drafts", "bank", "approvals"])
def test_what_belongs_to_another_seller_is_not_found(lived, code):
    other = type(lived.entity).objects.create(
        code="US", legal_name="Other", address_line1="1", city="X", country="US", currency="USD"
    )
    untouched("DELETE FROM billing_invoicedocument")
    asked = Checking(other, month_of(JANUARY), day(3, 3), progress=lambda done, total: None)

    assert check_item(code=code, asked=asked).is_clean


def test_progress_is_told_by_customer(lived):
    told = []
    asked = Checking(
        lived.entity, month_of(JANUARY), day(3, 3), progress=lambda *pair: told.append(pair)
    )

    check_item(code="ledger", asked=asked)

    assert told == [(1, 1)]


@pytest.fixture
def taxed(world):
    """An Irish seller of a German consumer: invoices in USD under returns in EUR."""
    sell_from_ireland(world)
    consumer(world)
    world.push(day(1, 16))
    world.push(day(2, 16))
    return world


def test_a_return_without_its_exchange_rate(taxed):
    found = finding(taxed, "returns", JANUARY)

    registration = TaxRegistration.objects.get(jurisdiction="EU")
    assert rows(found) == [("registration", str(registration.pk))]
    assert "No exchange rate from USD into EUR" in found.rows[0].words


def test_a_return_that_is_overdue(taxed):
    found = finding(taxed, "returns", date(2026, 3, 1), day(6, 1))

    assert [row.words for row in found.rows if row.day] == [
        "The return from 2026-01-01 was due on 2026-04-30 and is not filed"
    ] * 2
