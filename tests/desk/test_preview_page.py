"""What if: the desk shows the invoice a change would make, in amounts and in words."""

import pytest
import time_machine
from django.urls import reverse

from billing.models import EntitlementEvent, InvoiceLine
from tests.seatworld import SeatWorld, day

PAGE = "desk:preview"


@pytest.fixture
def rated(world, time_machine_at):
    world.push(day(1, 15))
    return world


@pytest.fixture
def time_machine_at():

    with time_machine.travel(day(1, 25, 10), tick=False):
        yield


def ask(client, **query):
    return client.get(reverse(PAGE), query)


def test_a_change_shows_lines_and_each_amount_by_itself(as_role, rated):
    answer = ask(
        as_role("support"),
        subscription=rated.subscription.external_id,
        change="seat_added",
        quantity=31,
        seat_type="member",
        on="2026-01-25",
    )

    shown, page = answer.context_data["preview"], answer.content.decode()
    assert shown.totals.amount_due_minor == sum(line.amount_minor for line in shown.lines)
    for words in ("Subtotal", "Tax", "Total", "Credit applied", "Amount due", "31 seats × 8.00"):
        assert words in page


def test_nothing_is_written(as_role, rated):
    before = EntitlementEvent.objects.count(), InvoiceLine.objects.count()

    ask(
        as_role("support"),
        subscription=rated.subscription.external_id,
        change="quantity_set",
        quantity=40,
        seat_type="member",
        on="2026-02-01",
    )

    assert (EntitlementEvent.objects.count(), InvoiceLine.objects.count()) == before


def test_a_change_that_cannot_be_is_answered_in_a_sentence(as_role, rated):
    page = ask(
        as_role("support"),
        subscription=rated.subscription.external_id,
        change="seat_removed",
        quantity=300,
        seat_type="member",
        on="2026-01-25",
    ).content.decode()

    assert "300 member seats cannot be taken" in page


def test_without_a_change_the_upcoming_invoice_is_shown(as_role, rated):
    page = ask(as_role("support"), subscription=rated.subscription.external_id).content.decode()

    assert "The upcoming invoice" in page
    assert "US$200.00" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [({}, "Name a subscription"), ({"subscription": "nobody"}, "No subscription is called")],
)
def test_an_unknown_subscription_says_where_to_look(as_role, db, query, words):
    assert words in ask(as_role("support"), **query).content.decode()


def test_a_half_filled_form_names_the_field(as_role, rated):
    page = ask(
        as_role("support"),
        subscription=rated.subscription.external_id,
        change="seat_added",
        quantity="-1",
        seat_type="member",
        on="2026-01-25",
    ).content.decode()

    assert "greater than or equal to 0" in page


def test_a_customer_page_shows_its_upcoming_invoice(as_role, rated):
    address = reverse("desk:customer", args=[rated.customer.pk])

    page = as_role("support").get(address).content.decode()

    assert "Upcoming invoice" in page
    assert "25 seats × 8.00" in page


def test_a_subscription_without_a_seller_says_why_nobody_invoices_it(as_role, time_machine_at):
    world = SeatWorld.make()
    world.customer.seller_assignment.delete()

    page = ask(as_role("support"), subscription=world.subscription.external_id).content.decode()

    assert "nobody may invoice" in page
