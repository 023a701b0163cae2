"""The statement of account at the desk: page, PDF and CSV of the same lines."""

import csv
import io

import pytest
from django.urls import reverse

from billing.operations.record_dispute import reinstate_money, withdraw_money
from billing.operations.request_refund import request_refund
from billing.operations.settle_refund import settle_refund
from billing.operations.take_back_allocation import take_back_allocation
from billing.operations.write_off import write_off
from tests.billing.documents.reading import text_of
from tests.seatworld import SeatWorld, day, make_customer


@pytest.fixture
def told(money):
    """Every kind of movement a statement can have, except a credit note."""
    payment = money.pay(450_00, gateway_id="pi_1", reference="SW-000001")
    dispute = money.dispute(payment)
    dispute.amount_minor = 200_00
    dispute.save()
    withdraw_money(dispute=dispute, at=day(3, 2))
    reinstate_money(dispute=dispute, at=day(3, 9))
    refund = request_refund(payment_id=payment.pk, amount_minor=50_00, reason="x", at=day(3, 10))
    settle_refund(refund_id=refund.pk, gateway_id="re_1", at=day(3, 11))
    money.seats.push(day(3, 15))
    third = money.customer.receivables.get(open_minor__gt=0)
    lost = write_off(receivable_id=third.pk, amount_minor=1_00, reason="small", at=day(3, 20))
    take_back_allocation(allocation_id=lost.pk, reason="paid", at=day(3, 21))
    return money


def page_of(client, money, **asked):
    return client.get(reverse("desk:money_statement", args=[money.customer.pk]), asked)


def test_the_page_shows_every_movement_and_leads_to_it(as_role, told):
    client = as_role("support")

    answer = page_of(client, told)

    (one,) = answer.context_data["accounts"]
    assert [row.words for row in one.rows] == [
        "Invoice", "Invoice", "Payment", "Withdrawn by a dispute", "Given back",
        "Refund asked for", "Invoice", "Written off", "Write-off taken back",
    ]  # fmt: skip
    assert [row.balance_minor for row in one.rows] == [
        200_00, 400_00, -50_00, 150_00, -50_00, 0, 200_00, 199_00, 200_00,
    ]  # fmt: skip
    assert one.account.is_proven
    for row in one.rows:
        assert client.get(row.address, follow=True).status_code == 200, row.words


def test_a_period_opens_with_what_was_before(as_role, told):
    client = as_role("support")

    (one,) = page_of(client, told, first="2026-03-01", as_of="2026-03-05").context_data["accounts"]

    assert (one.account.opening_minor, one.account.closing_minor) == (-50_00, 150_00)
    assert len(one.rows) == 1


def test_a_period_that_ends_before_it_starts_is_refused_in_sight(as_role, told):
    page = page_of(as_role("support"), told, first="2026-03-05", as_of="2026-03-01")

    assert "It starts after it ends" in page.content.decode()


def test_the_csv_has_the_same_lines_between_opening_and_closing(as_role, told):
    answer = as_role("support").get(
        reverse("desk:money_statement_csv", args=[told.customer.pk]), {"first": "2026-03-01"}
    )

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (rows[0]["what"], rows[0]["balance"]) == ("Opening balance", "-50.00")
    assert (rows[-1]["what"], rows[-1]["balance"]) == ("Closing balance", "200.00")
    assert [row["amount"] for row in rows[1:-1]] == [
        "200.00", "-200.00", "50.00", "200.00", "-1.00", "1.00",
    ]  # fmt: skip


def test_the_pdf_is_one_account_in_the_customers_language(as_role, told):
    told.customer.language = "de"
    told.customer.save()

    answer = as_role("support").get(
        reverse("desk:money_statement_pdf", args=[told.customer.pk]),
        {"entity": "SW", "currency": "USD", "as_of": "2026-03-31"},
    )

    text = text_of(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    assert "Kontoauszug" in text
    assert "Saldo am 31. März 2026 zu zahlen 200,00" in text


def test_there_is_no_pdf_of_an_account_that_never_moved(as_role, told):
    answer = as_role("support").get(
        reverse("desk:money_statement_pdf", args=[told.customer.pk]),
        {"entity": "SW", "currency": "EUR"},
    )

    assert answer.status_code == 404


def test_a_customer_without_invoices_has_an_empty_statement(as_role, db):
    world = SeatWorld.make()
    other = make_customer(world.entity, "quiet")

    page = as_role("support").get(reverse("desk:money_statement", args=[other.pk]))

    assert "Nothing was issued or paid" in page.content.decode()


def test_staff_without_a_role_see_no_statement(as_role, told):
    assert page_of(as_role(None), told).status_code == 403
