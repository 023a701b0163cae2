"""A price beside the list holds its drafts, comes by ordinary events and goes by them."""

from datetime import date

import pytest
from django.db import IntegrityError

from accounts.calc.refusals import TermsInvalid
from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import decide_exception
from billing.models import EntitlementEvent, Invoice
from billing.operations.foresee_exception import foresee_exception
from billing.operations.publish_price import publish_price
from billing.operations.revoke_grant import revoke_grant
from tests.billing.exceptions.conftest import PRICE
from tests.seatworld import day, lines_of

QUARTER = {"starts_on": date(2026, 2, 15), "ends_on": date(2026, 5, 15), **PRICE}
TENTH = {"seat_type": "member", "percent": 10}


def totals(invoices):
    return [one.subtotal_minor for one in invoices]


def test_a_discount_counts_from_its_first_cycle_to_its_last(world, people):
    assert totals(world.push(day(1, 15))) == [25 * 800]
    asked = people.agreed("discount", "acme-team", TENTH, day(2, 1), **QUARTER)

    issued = [totals(world.push(day(month, 15))) for month in (2, 3, 4, 5)]

    assert issued == [[25 * 720], [25 * 720], [25 * 720], [25 * 800]]
    asked.refresh_from_db()
    assert (asked.carried_out_at, asked.ended_at) == (day(2, 15), day(5, 15))
    said = EntitlementEvent.objects.filter(source="exceptions").order_by("effective_at")
    assert [one.source_event_id for one in said] == [
        f"{asked.number}-2026-02-15",
        f"{asked.number}-2026-05-15",
    ]


def test_it_says_what_it_gives_away(world, people):
    asked = people.ask("discount", "acme-team", TENTH, day(2, 1), **QUARTER)

    assert (asked.list_minor, asked.realized_minor) == (20_000, 18_000)
    assert (asked.leakage_minor, asked.amount_minor, asked.package) == (6_000, 6_000, "team")


def test_the_page_shows_the_invoice_it_will_make(world, people):
    world.push(day(1, 15))
    asked = people.ask("discount", "acme-team", TENTH, day(2, 1), **QUARTER)

    effect = foresee_exception(asked, at=day(2, 2))
    people.approve(asked, day(2, 2))

    assert (effect.before.total_minor, effect.after.total_minor) == (20_000, 18_000)
    assert totals(world.push(day(2, 15))) == [effect.after.subtotal_minor]
    assert effect.sentence == (
        "10 % off the list price of member seats of acme-team for Acme GmbH, from 2026-02-15 "
        "until 2026-05-15."
    )


def test_free_seats_and_a_price_of_its_own(world, people):
    free = people.agreed(
        "free_seats", "acme-team", {"seat_type": "member", "seats": 5}, day(1, 15),
        starts_on=date(2026, 1, 15), ends_on=date(2026, 2, 15), **PRICE,
    )  # fmt: skip
    people.agreed(
        "price_override", "acme-team", {"seat_type": "member", "price_minor": 500}, day(1, 15),
        starts_on=date(2026, 2, 15), ends_on=date(2026, 3, 15), **PRICE,
    )  # fmt: skip

    assert totals(world.push(day(1, 15, 1))) == [20 * 800]
    assert free.kind == "free_seats"
    assert [totals(world.push(day(month, 15))) for month in (2, 3)] == [[25 * 500], [25 * 800]]


def test_a_ramp_climbs_to_the_list_price(world, people):
    ramp = [{"from": "2026-01-15", "percent": 50}, {"from": "2026-02-15", "percent": 25}]
    people.agreed(
        "discount", "acme-team", {"seat_type": "member", "ramp": ramp}, day(1, 15),
        starts_on=date(2026, 1, 15), ends_on=date(2026, 3, 15), **PRICE,
    )  # fmt: skip

    issued = [totals(world.push(day(month, 15, 1))) for month in (1, 2, 3)]

    assert issued == [[25 * 400], [25 * 600], [25 * 800]]


@pytest.mark.parametrize("grace_hours", [0, 24])
def test_drafts_wait_for_the_decision_and_take_it_in(world, people, settings, grace_hours):
    settings.DRAFT_GRACE_HOURS = grace_hours
    asked = people.ask(
        "discount", "acme-team", TENTH, day(1, 15), **{**QUARTER, "starts_on": date(2026, 1, 15)}
    )
    assert world.push(day(1, 15, 1)) == []
    assert world.push(day(1, 17)) == []

    before = foresee_exception(asked, at=day(1, 17, 1))
    people.approve(asked, day(1, 17, 1))
    (invoice,) = world.push(day(1, 17, 2))

    assert before.before.subtotal_minor == 20_000
    assert lines_of(invoice) == [("recurring", 25, 20_000), ("adjustment", 25, -2_000)]
    assert invoice.subtotal_minor == before.after.subtotal_minor


def test_a_rejected_one_lets_the_draft_go_as_it_is(world, people, alma):
    asked = people.ask(
        "discount", "acme-team", TENTH, day(1, 15), **{**QUARTER, "starts_on": date(2026, 1, 15)}
    )
    assert world.push(day(1, 15, 1)) == []

    decide_exception(
        request_id=asked.pk, verdict="reject", reason="List price", by=alma, at=day(1, 16)
    )

    assert totals(world.push(day(1, 16, 1))) == [20_000]


def test_the_database_holds_the_draft_too(world, people):
    world.push(day(1, 15))
    people.ask("discount", "acme-team", TENTH, day(2, 1), **QUARTER)
    world.push(day(2, 15))

    with pytest.raises(IntegrityError) as refused:
        Invoice.objects.filter(state="draft").update(state="finalized")
    assert refused.value.__cause__.diag.constraint_name == "invoice_waits_for_its_exception"


def test_a_revoked_discount_stops_at_the_next_cycle(world, people, alma):
    world.push(day(1, 15))
    asked = people.agreed("discount", "acme-team", TENTH, day(2, 1), **QUARTER)
    world.push(day(2, 15))

    revoked = revoke_grant(request_id=asked.pk, reason="Misused", by=alma, at=day(2, 20))

    assert revoked.ends_on == date(2026, 3, 15)
    assert totals(world.push(day(3, 15))) == [20_000]
    assert ExceptionRequest.objects.get().ended_at == day(3, 15)


def test_after_it_the_catalog_counts_again(world, people):
    people.agreed("discount", "acme-team", TENTH, day(1, 15), **QUARTER)
    publish_price(
        seat_type=world.plan.seat_types.get(code="member"), currency="USD", interval_unit="month",
        interval_count=1, mode="per_unit", tiers=[{"up_to": None, "price_minor": 900}],
        effective_from=date(2026, 6, 1), at=day(4, 1),
    )  # fmt: skip
    for month in (1, 2, 3, 4):
        world.push(day(month, 15))

    assert [totals(world.push(day(month, 15))) for month in (5, 6)] == [[20_000], [22_500]]


def test_one_price_at_a_time(world, people):
    people.ask("discount", "acme-team", TENTH, day(2, 1), **QUARTER)

    with pytest.raises(TermsInvalid, match="has a price for these seats from 2026-02-15"):
        people.ask(
            "free_seats", "acme-team", {"seat_type": "member", "seats": 1}, day(2, 1), **QUARTER
        )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"margin_percent": None}, "margin_percent"),
        ({"support_burden": ""}, "support_burden"),
        ({"customer_text": ""}, "customer_text"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": date(2026, 2, 1)}, "ends_on"),
    ],
)
def test_what_a_price_must_say(world, people, change, field):
    with pytest.raises(TermsInvalid) as refused:
        people.ask("discount", "acme-team", TENTH, day(2, 1), **{**QUARTER, **change})
    assert refused.value.field == field
