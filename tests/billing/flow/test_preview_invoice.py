"""A preview says what the invoice will say, and writes nothing."""

from datetime import timedelta

import pytest

from billing.models import (
    CreditEntry,
    EntitlementEvent,
    InvoiceLine,
    Price,
    RatedSpan,
    Rating,
    SeatLedgerEntry,
)
from billing.operations.preview_invoice import preview_invoice
from billing.records.incoming import IncomingEvent
from kernel.refusal import Refusal
from tests.seatworld import SeatWorld, day, make_plan

POLICIES = [
    {},
    {"decrease_credit": "none"},
    {"decrease_credit": "full", "credit_application": "balance"},
    {"aggregation": "ratchet"},
    {"aggregation": "peak", "billing_timing": "in_arrears"},
    {"billing_timing": "in_arrears"},
    {"increase_invoicing": "immediate"},
    {"increase_proration": "full", "line_style": "paired"},
    {"day_count": "fixed_30", "change_day": "excluded"},
    {"minimum_seats": 30},
    {"increase_invoicing": "true_up", "true_up_cadence": "quarter"},
]
CHANGES = [
    {"kind": "seat_added", "quantity": 4},
    {"kind": "seat_removed", "quantity": 3},
    {"kind": "quantity_set", "quantity": 31},
]


def incoming(world, **said):
    given = {
        "source": "product",
        "source_event_id": "change",
        "subscription": world.subscription.external_id,
        "seat_type": "member",
        **said,
    }
    return IncomingEvent(**given)


def preview(world, *events, at):
    return preview_invoice(subscription_id=world.subscription.pk, events=events, at=at)


def in_preview(shown):
    return sorted((line.kind, line.formula, line.amount_minor) for line in shown.lines)


def on_paper(invoices):
    lines = InvoiceLine.objects.filter(invoice__in=invoices)
    return sorted((line.kind, line.formula, line.amount_minor) for line in lines)


def written():
    return tuple(
        model.objects.count()
        for model in (
            EntitlementEvent,
            SeatLedgerEntry,
            Rating,
            RatedSpan,
            InvoiceLine,
            CreditEntry,
        )
    )


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change["kind"])
@pytest.mark.parametrize("settings", POLICIES, ids=str)
def test_a_preview_is_the_invoice_of_the_same_change(db, settings, change):
    world = SeatWorld.make(settings)
    world.push(day(1, 15))
    at = day(1, 25, 10)

    shown = preview(world, incoming(world, **change), at=at)
    world.send("change", at, **change)
    before = set(InvoiceLine.objects.values_list("pk", flat=True))
    invoices = world.push(shown.as_of) + world.push(shown.as_of + timedelta(days=3))

    lines = InvoiceLine.objects.filter(invoice__in=invoices).exclude(pk__in=before)
    assert in_preview(shown) == sorted((one.kind, one.formula, one.amount_minor) for one in lines)


def test_a_preview_writes_nothing(db):
    world = SeatWorld.make()
    world.push(day(1, 15))
    before = written()

    preview(world, incoming(world, kind="seat_added", quantity=4), at=day(1, 25))

    assert written() == before


def test_without_a_change_it_is_the_upcoming_invoice(db):
    world = SeatWorld.make()
    world.push(day(1, 15))

    shown = preview(world, at=day(1, 25))

    assert shown.as_of == day(2, 15)
    assert [line.amount_minor for line in shown.lines] == [20000]
    assert shown.totals.amount_due_minor == 20000


def test_amounts_come_out_separately(db):
    world = SeatWorld.make({"increase_invoicing": "immediate"})
    world.push(day(1, 15))

    shown = preview(world, incoming(world, kind="seat_added", quantity=31), at=day(1, 25))

    assert (shown.totals.subtotal_minor, shown.totals.tax_minor, shown.totals.credit_applied_minor) == (
        16800, 0, 0,
    )  # fmt: skip
    assert shown.totals.total_minor == shown.totals.amount_due_minor == 16800
    assert "no tax registration" in shown.tax_note


def test_a_change_that_would_be_refused_is_refused_with_the_same_sentence(db):
    world = SeatWorld.make()
    said = {"kind": "seat_removed", "quantity": 900}

    with pytest.raises(Refusal) as refused:
        preview(world, incoming(world, **said), at=day(1, 25))

    answer = world.send("change", day(1, 25), **said)
    assert (refused.value.code, str(refused.value)) == (answer.code, answer.message)


@pytest.mark.parametrize("settings", POLICIES, ids=str)
@pytest.mark.parametrize(
    "change",
    [
        {
            "kind": "price_changed",
            "price": {"mode": "per_unit", "tiers": [{"up_to": None, "price_minor": 950}]},
        },
        {"kind": "plan_changed", "plan": "bigger", "seat_type": ""},
    ],
    ids=lambda change: change["kind"],
)
def test_changes_of_price_and_plan_are_previewed_too(db, settings, change):
    world = SeatWorld.make(settings)
    make_plan(settings, "bigger", member=1200, viewer=100)
    world.push(day(1, 15))
    at, prices = day(1, 25, 10), Price.objects.count()

    shown = preview(world, incoming(world, **change), at=at)
    assert Price.objects.count() == prices
    before = set(InvoiceLine.objects.values_list("pk", flat=True))
    assert world.send("change", at, **change).status == "accepted"
    world.push(shown.as_of)

    lines = InvoiceLine.objects.exclude(pk__in=before)
    assert in_preview(shown)
    assert in_preview(shown) == sorted((one.kind, one.formula, one.amount_minor) for one in lines)


def test_a_price_that_would_be_refused_is_refused(db):
    world = SeatWorld.make()
    tiers = [{"up_to": 5, "price_minor": 900}, {"up_to": 3, "price_minor": 800}]
    said = {"kind": "price_changed", "price": {"mode": "volume", "tiers": tiers}}

    with pytest.raises(Refusal) as refused:
        preview(world, incoming(world, **said), at=day(1, 25))

    assert world.send("change", day(1, 25), **said).code == refused.value.code
