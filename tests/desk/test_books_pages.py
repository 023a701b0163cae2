"""The books at the desk: found, added up, explained to their row, and exported by those who may."""

import csv
import io
from copy import deepcopy
from datetime import UTC, date, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.enums import PaymentMethodKind
from billing.models import Books, JournalEntry
from billing.operations.push_flow import push_flow
from billing.operations.record_payment import record_payment
from billing.pipeline import POST
from kernel.money import Money
from tests.seatworld import SeatWorld, day, make_customer, start

PRICE = 200_00
PART = {"HX-Request": "true"}
PAGES = (
    "desk:books", "desk:books_csv", "desk:books_trial_balance", "desk:books_recognition",
    "desk:books_reconciliation",
)  # fmt: skip


@pytest.fixture(autouse=True)
def in_march(time_machine):
    time_machine.move_to(datetime(2026, 3, 10, 9, tzinfo=UTC))


@pytest.fixture(scope="module")
def module_invoice(module_world):
    """One invoice of 200.00 from 15 January, paid by card with 50.00 too much; posted in February."""
    (issued,) = module_world.push(day(1, 15))
    pay(module_world, 250_00)
    push_flow(stages=(POST,), at=day(2, 1))
    return issued


@pytest.fixture
def invoice(module_invoice, db):
    return deepcopy(module_invoice)


def pay(world: SeatWorld, minor: int, gateway_id: str = "pi_1") -> None:
    record_payment(
        customer=world.customer, billing_entity=world.entity, method=PaymentMethodKind.CARD,
        money=Money(minor, "USD"), paid_on=date(2026, 1, 20), at=day(1, 20),
        gateway_id=gateway_id,
    )  # fmt: skip


def kinds(client, **asked):
    rows = client.get(reverse("desk:books"), asked).context_data["page"].rows
    return [row.kind for row in rows]


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["recognition", "received", "invoice"]),
        ({"sort": "oldest"}, ["invoice", "received", "recognition"]),
        ({"search": "SW-000001"}, ["received", "invoice"]),
        ({"search": "acme"}, ["received", "invoice"]),
        ({"search": "pi_1"}, ["received"]),
        ({"search": "nobody"}, []),
        ({"entity": "SW", "month": "2026-01", "kind": "invoice"}, ["invoice"]),
        ({"entity": "US"}, []),
        ({"month": "2026-02"}, []),
        ({"account": "revenue"}, ["recognition"]),
        ({"account": "2300"}, ["received"]),
        (
            {"kind": "nonsense", "month": "soon", "sort": "x"},
            ["recognition", "received", "invoice"],
        ),
    ],
)
def test_entries_are_found_by_what_people_know(as_role, invoice, asked, found):
    assert kinds(as_role("support"), **asked) == found


def test_an_entry_shows_both_sides_and_leads_to_its_source(as_role, world, invoice):
    answer = as_role("support").get(reverse("desk:books"), {"kind": "received"})

    (row,) = answer.context_data["page"].rows
    assert [(leg.account, leg.debit_minor, leg.credit_minor) for leg in row.legs] == [
        ("1050", 250_00, None), ("1100", None, PRICE), ("2300", None, 50_00),
    ]  # fmt: skip
    assert row.address.startswith(reverse("desk:money_payments"))
    text = words(answer)
    assert reverse("desk:invoice", args=[invoice.pk]) in text
    assert "US$250.00" in text


def test_the_board_says_what_waits_to_be_posted(as_role, world, invoice):
    pay(world, 7_00, "pi_2")
    push_flow(stages=(POST,), at=day(3, 1))
    pay(world, 8_00, "pi_3")

    lanes = as_role("support").get(reverse("desk:flow")).context_data["lanes"]

    assert [one.waiting for one in lanes if one.name == "post"] == [1]


def test_a_page_of_the_journal_takes_the_same_number_of_queries(
    as_role, world, invoice, django_assert_num_queries
):
    client = as_role("support")
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("desk:books"))
    for number in range(5):
        start(world.plan, make_customer(world.entity, f"other-{number}"), f"sub-{number}")
    world.push(day(2, 15))

    with django_assert_num_queries(len(few)):
        client.get(reverse("desk:books"))


def test_the_csv_follows_the_filters_and_keeps_plain_amounts(as_role, invoice):
    answer = as_role("support").get(reverse("desk:books_csv"), {"kind": "received"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["account"], row["debit"], row["credit"], row["invoice"]) for row in rows] == [
        ("1050", "250.00", "", ""), ("1100", "", "200.00", invoice.number), ("2300", "", "50.00", ""),
    ]  # fmt: skip


def test_a_month_begins_where_the_last_ended(as_role, invoice):
    address = reverse("desk:books_trial_balance")
    client = as_role("support")

    (january,) = client.get(address, {"month": "2026-01"}).context_data["balances"]
    (february,) = client.get(address, {"month": "2026-02"}).context_data["balances"]

    assert [
        (row.account, row.opening_minor, row.debit_minor, row.credit_minor, row.closing_minor)
        for row in january.rows
    ] == [
        ("1050", 0, 250_00, 0, 250_00),
        ("1100", 0, PRICE, PRICE, 0),
        ("2100", 0, 109_68, PRICE, -90_32),
        ("2300", 0, 0, 50_00, -50_00),
        ("4000", 0, 0, 109_68, -109_68),
    ]
    assert (january.debit_minor, january.credit_minor, january.closing_minor) == (559_68, 559_68, 0)
    assert [row.opening_minor for row in february.rows] == [250_00, 0, -90_32, -50_00, -109_68]


def test_revenue_falls_by_month_to_nothing_deferred(as_role, invoice):
    answer = as_role("support").get(reverse("desk:books_recognition"))

    (fall,) = answer.context_data["waterfalls"]
    assert [
        (row.month, row.earned_minor, row.deferred_minor, row.deferred_after_minor)
        for row in fall.months
    ] == [(date(2026, 1, 1), 109_68, 0, 90_32), (date(2026, 2, 1), 0, 90_32, 0)]
    assert fall.deferred_minor == 90_32


def test_a_document_shows_when_each_line_is_earned(as_role, invoice):
    address = reverse("desk:books_recognition")
    client = as_role("support")

    answer = client.get(address, {"invoice": invoice.number.lower()})

    (line,) = answer.context_data["schedule"].lines
    assert [(one.days, one.amount_minor, one.booked_on) for one in line.months] == [
        (17, 109_68, date(2026, 1, 31)), (14, 90_32, None),
    ]  # fmt: skip
    assert "No document has the number" in words(client.get(address, {"invoice": "SW-9"}))


def test_reconciliation_says_zero_when_it_is(as_role, invoice):
    push_flow(stages=(POST,), at=day(3, 1))

    text = words(as_role("support").get(reverse("desk:books_reconciliation"), headers=PART))

    assert "The journal is what invoices, payments, open amounts and credit come to" in text
    assert "differ" not in text


def test_each_difference_leads_to_its_row(as_role, world, invoice):
    pay(world, 7_00, "pi_2")

    answer = as_role("support").get(
        reverse("desk:books_reconciliation"), {"entity": "SW"}, headers=PART
    )

    differing = {
        check.name: [(row.label, row.books_minor, row.source_minor) for row in check.differences]
        for check in answer.context_data["page"].checks
        if check.differences
    }
    assert differing == {
        "payments": [("pi_2", None, 7_00)], "credit": [("Acme GmbH", 50_00, 57_00)],
    }  # fmt: skip
    assert reverse("desk:customer", args=[world.customer.pk]) in words(answer)


def exported(client, **asked):
    said = {"entity": "SW", "period": "2026-01", "format": "csv", **asked}
    return client.get(reverse("desk:books_export"), said, follow=True)


def test_an_analyst_exports_and_the_log_keeps_it(as_role, world, invoice):
    Books.objects.update(datev_consultant="1001", datev_client="7")

    answer = exported(as_role("analyst"), format="datev", currency="usd")

    assert answer["Content-Disposition"] == (
        'attachment; filename="EXTF_Buchungsstapel_SW-2026-01-01-2026-01-31-USD.csv"'
    )
    assert b"".join(answer.streaming_content).startswith(b'"EXTF";700;21;')
    assert "Exported EXTF_Buchungsstapel" in LogEntry.objects.get().change_message


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"format": "datev", "currency": "USD"}, "Enter the tax adviser"),
        ({"period": "soon"}, "is no period"),
        ({"period": "2024"}, "Nothing is posted"),
        ({"format": "xlsx"}, "Say which period"),
    ],
)
def test_an_export_that_cannot_be_says_why(as_role, invoice, asked, why):
    answer = exported(as_role("analyst"), **asked)

    assert why in words(answer)
    assert not LogEntry.objects.exists()


def test_support_looks_and_does_not_export(as_role, invoice):
    client = as_role("support")

    assert exported(client).status_code == 403
    assert "books/export" not in words(client.get(reverse("desk:books")))


@pytest.mark.parametrize("page", PAGES)
def test_books_are_for_staff_who_may_look(as_role, page):
    assert as_role(None).get(reverse(page)).status_code == 403


@pytest.mark.parametrize("page", [*PAGES, "desk:books_export"])
def test_a_desk_without_books_is_not_broken(as_role, page):
    assert as_role("administrator").get(reverse(page)).status_code == 200


def test_only_administrators_change_account_numbers(as_role, world, invoice):
    address = reverse("admin:billing_accountmapping_add")

    statuses = {
        role: as_role(role).get(address).status_code for role in ("approver", "administrator")
    }

    assert statuses == {"approver": 403, "administrator": 200}
    assert JournalEntry.objects.exists()


def test_a_refusal_of_post_leads_to_whom_it_is_about(as_role, world, invoice):
    client = as_role("support")
    payment = invoice.receivable.allocations.get().payment
    subjects = {
        invoice.pk: reverse("desk:invoice", args=[invoice.pk]),
        payment.pk: reverse("desk:money_payment", args=[payment.pk]),
        payment.credit_entries.get().pk: reverse("desk:customer", args=[world.customer.pk]),
        world.entity.pk: reverse("desk:flow"),
    }

    for subject, address in subjects.items():
        assert client.get(reverse("desk:subject", args=["post", subject])).url == address
