"""From events to numbered invoices: one a cycle, late events within the grace period, nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from billing.models import (
    CreditEntry,
    Invoice,
    InvoiceLine,
    InvoiceRun,
    NumberSeries,
    RatedSpan,
    StageRefusal,
)
from billing.operations.push_flow import push_flow
from billing.operations.refuse import retry_refusals
from billing.operations.run_invoices import RunInTheFuture, push_run, start_run
from tax.models import SellerAssignment
from tax.operations.assign_seller import assign_seller
from tests.seatworld import PAPERLESS, START, SeatWorld, day, lines_of, make_customer, start


def test_a_cycle_is_one_invoice_whatever_changed_in_it(world):
    world.push(START)
    world.send("e1", day(2, 4), quantity=10)
    world.send("e2", day(2, 9), kind="seat_removed", quantity=2)

    (invoice,) = world.push(day(2, 15))

    assert lines_of(invoice) == [
        ("proration", 10, 28_39),  # 10 × 8.00 × 11/31
        ("credit", 2, -3_10),  # 2 × 8.00 × 6/31
        ("recurring", 33, 264_00),
    ]
    assert (invoice.number, invoice.total_minor, invoice.due_date) == (
        "SW-000002", 289_29, day(3, 17).date(),
    )  # fmt: skip
    formula = "10 seats × 8.00 × 11/31 days (4 to 14 February) = 28.39"
    assert invoice.lines.get(position=1).formula == formula


def test_pushing_again_issues_nothing(world):
    world.push(START)
    before = (Invoice.objects.count(), RatedSpan.objects.count())

    world.push(START + timedelta(hours=1))

    assert (Invoice.objects.count(), RatedSpan.objects.count()) == before


def test_a_correction_is_an_adjustment_on_the_next_invoice_linked_to_what_it_corrects(world):
    world.push(START)
    world.send("e1", day(2, 4), quantity=10)
    world.push(day(2, 15))
    world.send(
        "c1", day(2, 20), kind="correction", seat_type="", corrects="e1",
        new_effective_at=day(2, 6),
    )  # fmt: skip

    (invoice,) = world.push(day(3, 15))

    assert lines_of(invoice) == [("adjustment", 10, -5_16), ("recurring", 35, 280_00)]
    span = invoice.lines.get(position=1).rated_span
    corrected = RatedSpan.objects.get(pk__in=span.corrects_spans)
    assert (corrected.kind, corrected.amount_minor) == ("proration", 28_39)
    assert len(span.entry_ids) == 2


def test_two_subscriptions_of_a_customer_share_the_invoice_of_a_day(world):
    start(world.plan, world.customer, "acme-second", seats={"member": 1})

    (invoice,) = world.push(START)

    assert lines_of(invoice) == [("recurring", 25, 200_00), ("recurring", 1, 8_00)]


def test_late_events_join_the_draft_until_its_grace_period_ends(world, settings):
    settings.DRAFT_GRACE_HOURS = 24
    world.push(START)
    world.send("late", START + timedelta(hours=10), quantity=1, effective_at=START)

    (invoice,) = world.push(START + timedelta(hours=24))

    assert invoice.subtotal_minor == 26 * 8_00
    assert [one.kind for one in invoice.lines.all()] == ["recurring", "adjustment"]


def test_a_late_event_of_the_month_before_joins_the_draft_too(world, settings):
    settings.DRAFT_GRACE_HOURS = 24
    world.push(START)
    world.push(START + timedelta(hours=24))
    world.push(day(2, 15))
    world.send("late", day(2, 15, 10), quantity=10, effective_at=day(2, 4))

    (invoice,) = world.push(day(2, 16))

    assert lines_of(invoice) == [
        ("recurring", 25, 200_00),
        ("proration", 10, 28_39),
        ("adjustment", 10, 80_00),
    ]


def test_a_change_billed_at_once_does_not_wait_for_the_grace_period(db, settings):
    settings.DRAFT_GRACE_HOURS = 24
    world = SeatWorld.make({"increase_invoicing": "immediate"})
    world.push(START)
    world.push(START + timedelta(days=1))
    world.send("e1", day(2, 4, 9), quantity=10)

    (invoice,) = world.push(day(2, 4, 9))

    assert lines_of(invoice) == [("proration", 10, 28_39)]


def test_a_removal_to_the_balance_is_a_credit_note_the_next_invoice_uses(db):
    world = SeatWorld.make({"credit_application": "balance"})
    world.push(START)
    world.send("r1", day(2, 4), kind="seat_removed", quantity=10)

    (note,) = world.push(day(2, 4))
    (invoice,) = world.push(day(2, 15))

    assert (note.kind, note.number, note.total_minor) == ("credit_note", "SW-CN-000001", -28_39)
    assert (invoice.total_minor, invoice.credit_applied_minor) == (120_00, 28_39)
    assert invoice.amount_due_minor == 91_61
    assert sum(CreditEntry.objects.values_list("amount_minor", flat=True)) == 0


def test_an_invoice_below_zero_is_a_credit_note(db):
    world = SeatWorld.make()
    world.push(START)
    world.send("r1", day(2, 4), kind="seat_removed", quantity=25)

    (note,) = world.push(day(2, 15))

    assert (note.kind, note.total_minor) == ("credit_note", -70_97)


def test_a_customer_nobody_may_invoice_waits_visibly_and_the_others_pass(world):
    lonely = make_customer(None, "lonely")
    start(world.plan, lonely, "lonely-team")

    issued = world.push(START)

    assert [one.customer for one in issued] == [world.customer]
    refusal = StageRefusal.objects.get()
    assert (refusal.stage, refusal.code) == ("draft", "billing_entity_missing")

    assign_seller(customer=lonely, billing_entity=world.entity)
    retry_refusals(refusal_ids=[refusal.pk], at=START)
    world.push(START + timedelta(minutes=1))

    assert Invoice.objects.filter(customer=lonely, number="SW-000002").exists()


def test_changing_the_seller_counts_for_the_next_invoice_only(world):
    (first,) = world.push(START)
    other = type(world.entity).objects.create(
        code="US", legal_name="Seatworks Inc.", address_line1="9 Pier", city="Boston",
        country="US", currency="USD", tax_engine="none",
    )  # fmt: skip
    assign_seller(customer=world.customer, billing_entity=other)

    (second,) = world.push(day(2, 15))

    first.refresh_from_db()
    assert (first.seller["legal_name"], second.number) == ("Seatworks Ltd", "US-000001")
    assert SellerAssignment.history.count() == 2


def test_a_run_counts_what_it_did_and_a_second_of_the_day_finds_nothing(world):
    run = start_run(as_of=START, trigger="command", at=START)
    run = push_run(run_id=run.pk, stages=PAPERLESS, now=lambda: START)

    again = start_run(as_of=START, trigger="command", at=START)
    again = push_run(run_id=again.pk, stages=PAPERLESS, now=lambda: START)

    assert (run.state, run.waiting_at_start, run.rated, run.finalized) == ("finished", 1, 1, 1)
    assert (again.state, again.rated, again.finalized) == ("finished", 0, 0)


def test_a_run_of_tomorrow_is_refused(db):
    with pytest.raises(RunInTheFuture):
        start_run(as_of=START + timedelta(days=1), trigger="desk", at=START)

    assert not InvoiceRun.objects.exists()


def test_four_hands_at_once_bill_everybody_once_and_leave_no_gap(committed_world):
    for number in range(40):
        customer = make_customer(committed_world.entity, f"customer-{number}")
        start(committed_world.plan, customer, f"sub-{number}", seats={"member": number + 1})

    def push(_: int) -> None:
        try:
            push_flow(stages=[SMALL[s.name] for s in PAPERLESS], at=START)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(push, range(4)))

    assert not StageRefusal.objects.exists()
    sequences = sorted(Invoice.objects.values_list("sequence", flat=True))
    assert sequences == list(range(1, 42))
    assert NumberSeries.objects.get().last_number == 41
    assert InvoiceLine.objects.count() == RatedSpan.objects.count() == 41


class Small:
    """The stages with chunks of three, so that hands meet."""

    def __getitem__(self, name):
        stage = next(one for one in PAPERLESS if one.name == name)
        return type(stage)(
            **{field: getattr(stage, field) for field in stage.__slots__ if field != "chunk"},
            chunk=3,
        )


SMALL = Small()


def test_a_chunk_has_a_fixed_number_of_statements(world, django_assert_max_num_queries):
    for number in range(30):
        customer = make_customer(world.entity, f"customer-{number}")
        start(world.plan, customer, f"sub-{number}")

    with django_assert_max_num_queries(142):
        world.push(START)

    assert Invoice.objects.count() == 31
