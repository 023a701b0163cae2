"""Payments at the desk: found by what people know, shown with everything that happened to them."""

import csv
import io

import pytest
from django.urls import reverse

from billing.enums import PaymentMethodKind
from billing.models import BankLine, BankStatement
from billing.operations.record_dispute import reinstate_money, withdraw_money
from billing.operations.request_refund import request_refund
from billing.operations.settle_refund import settle_refund
from tests.desk import money_world
from tests.desk.money_world import PRICE
from tests.seatworld import day


@pytest.fixture
def paid(money):
    """A card of the whole first invoice, a transfer that leaves 50.00 over, and money in EUR."""
    money.pay(PRICE, method=PaymentMethodKind.CARD, gateway_id="pi_1", fee_minor=6_10)
    money.pay(250_00, at=day(2, 21), reference="INVOICE 2 thanks")
    return money


def found(client, **asked) -> list[int]:
    page = client.get(reverse("desk:money_payments"), asked).context_data["page"]
    return sorted(row.amount_minor for row in page.rows)


@pytest.mark.parametrize(
    ("asked", "amounts"),
    [
        ({}, [200_00, 250_00]),
        ({"search": "pi_1"}, [200_00]),
        ({"search": "invoice 2"}, [250_00]),
        ({"search": "acme"}, [200_00, 250_00]),
        ({"search": "250"}, [250_00]),
        ({"search": "250.00"}, [250_00]),
        ({"search": "25000"}, []),
        ({"search": "SW-000001"}, [200_00]),
        ({"method": "card"}, [200_00]),
        ({"kind": "refund"}, []),
        ({"entity": "SW", "currency": "usd"}, [200_00, 250_00]),
        ({"entity": "US"}, []),
        ({"currency": "EUR"}, []),
        ({"note": "credit"}, [250_00]),
        ({"note": "dispute"}, []),
        ({"first": "2026-02-21"}, [250_00]),
        ({"last": "2026-02-20"}, [200_00]),
        ({"kind": "nonsense", "sort": "nonsense"}, [200_00, 250_00]),
    ],
)
def test_payments_are_found_by_what_people_know(as_role, paid, asked, amounts):
    assert found(as_role("support"), **asked) == amounts


def test_payments_are_sorted_as_asked(as_role, paid):
    client = as_role("support")

    def order(sort):
        page = client.get(reverse("desk:money_payments"), {"sort": sort}).context_data["page"]
        return [row.amount_minor for row in page.rows]

    assert (order(""), order("amount"), order("paid_on")) == (
        [250_00, 200_00], [200_00, 250_00], [200_00, 250_00],
    )  # fmt: skip


def test_what_was_found_is_summed_by_currency(as_role, paid):
    page = as_role("support").get(reverse("desk:money_payments"), {"search": "acme"})

    (one,) = page.context_data["sums"]
    assert (one.currency, one.count, one.amount_minor, one.fee_minor) == ("USD", 2, 450_00, 6_10)


def test_the_csv_follows_the_filters_with_plain_amounts(as_role, paid):
    answer = as_role("support").get(reverse("desk:money_payments_csv"), {"method": "card"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["amount"], row["fee"], row["gateway_id"], row["kind"]) == (
        "200.00", "6.10", "pi_1", "received",
    )  # fmt: skip


def test_an_empty_list_says_where_payments_come_from(as_role, money):
    page = as_role("support").get(reverse("desk:money_payments")).content.decode()

    assert "No payment matches" in page


def test_a_payment_shows_what_it_settles_and_what_is_left(as_role, paid):
    payment = paid.customer.payments.get(amount_minor=250_00)

    answer = as_role("support").get(reverse("desk:money_payment", args=[payment.pk]))

    page = answer.context_data["page"]
    assert [(one.number, one.amount_minor) for one in page.allocations] == [
        (paid.second.invoice.number, PRICE)
    ]
    assert (page.settles_minor, page.credit_minor, page.refundable_minor) == (PRICE, 50_00, 50_00)


def test_a_payment_shows_its_refunds_disputes_and_webhooks(as_role, paid):
    payment = paid.customer.payments.get(gateway_id="pi_1")
    money_world.event(1)
    money_world.event(2, object_id="du_1", kind="charge.dispute.created")
    dispute = paid.dispute(payment)
    withdraw_money(dispute=dispute, at=day(3, 2))
    reinstate_money(dispute=dispute, at=day(3, 9))
    refund = request_refund(
        payment_id=payment.pk, amount_minor=50_00, reason="asked", at=day(3, 10)
    )
    settle_refund(refund_id=refund.pk, gateway_id="re_1", at=day(3, 11))

    answer = as_role("support").get(reverse("desk:money_payment", args=[payment.pk]))

    page = answer.context_data["page"]
    assert [one.kind for one in page.reversals] == ["withdrawal", "reinstated", "refund"]
    assert [one.event_id for one in page.events] == ["evt_1", "evt_2"]
    assert [one.state_words for one in page.refunds] == ["Succeeded"]
    assert [one.reason for one in page.disputes] == ["fraudulent"]
    assert "fraudulent" in answer.content.decode()


def test_a_transfer_shows_the_bank_line_it_came_from(as_role, paid):
    payment = paid.customer.payments.get(amount_minor=250_00)
    statement = BankStatement.objects.create(
        billing_entity=paid.seats.entity, file_name="may.xml", format="camt053", sha256="0" * 64,
        currency="USD", imported_at=day(2, 22),
    )  # fmt: skip
    BankLine.objects.create(
        statement=statement, billing_entity=paid.seats.entity, key="k1", position=3,
        booked_on=day(2, 21).date(), currency="USD", amount_minor=250_00, payer_name="ACME GMBH",
        state="matched", payment=payment,
    )  # fmt: skip

    page = as_role("support").get(reverse("desk:money_payment", args=[payment.pk]))

    assert "may.xml, line 3" in page.content.decode()


def test_the_list_and_a_payment_take_a_fixed_number_of_queries(
    as_role, paid, django_assert_max_num_queries
):
    client = as_role("support")
    for number in range(10):
        paid.pay(1_00 + number, at=day(3, 1 + number))
    payment = paid.customer.payments.get(gateway_id="pi_1")

    with django_assert_max_num_queries(25):
        client.get(reverse("desk:money_payments"))
    with django_assert_max_num_queries(30):
        client.get(reverse("desk:money_payment", args=[payment.pk]))


def test_a_refund_leads_to_its_payment_and_a_strange_key_nowhere(as_role, paid):
    client = as_role("support")
    payment = paid.customer.payments.get(amount_minor=250_00)
    refund = request_refund(payment_id=payment.pk, amount_minor=50_00, reason="asked", at=day(3, 1))

    answer = client.get(reverse("desk:money_refund", args=[refund.pk]))
    note = client.get(reverse("desk:money_refund", args=[paid.first.pk]))

    assert answer.url == f"{reverse('desk:money_payment', args=[payment.pk])}#refund-{refund.pk}"
    assert note.url == reverse("desk:invoice", args=[paid.first.pk])
    assert client.get(reverse("desk:money_payment", args=[paid.first.pk])).status_code == 404


def test_staff_without_a_role_see_no_money(as_role, paid):
    client = as_role(None)

    for name in ("payments", "attempts", "refunds", "disputes", "payouts", "events"):
        assert client.get(reverse(f"desk:money_{name}")).status_code == 403, name
