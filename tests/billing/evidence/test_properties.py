"""For every policy and history: the preview is the invoice, and the invoice can be derived again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Invoice, InvoiceLine
from billing.operations.preview_invoice import Preview, preview_invoice
from billing.operations.recheck_invoices import customers_to_recheck, recheck_invoices
from billing.records.incoming import IncomingEvent
from kernel.refusal import Refusal
from tests.billing.calc.test_rating_properties import policies
from tests.seatworld import START, SeatWorld

CYCLES = [START + timedelta(days=days) for days in (0, 31, 59, 90, 120)]
MOVES = st.lists(
    st.tuples(
        st.integers(1, 24 * 100),
        st.sampled_from(["seat_added", "seat_removed", "seat_suspended", "quantity_set"]),
        st.integers(1, 40),
        st.sampled_from([0, 0, 0, 9, 24 * 33]),
    ),
    max_size=5,
    unique_by=lambda move: move[0],
)
WITH_DATABASE = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@contextmanager
def undone() -> Iterator[None]:
    """Each example on empty tables."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def told(world: SeatWorld, moves: list[tuple[int, str, int, int]]) -> datetime:
    """Live the moves in order, pushing the flow at each and at every cycle; the last instant."""
    events = [
        (START + timedelta(hours=hour), f"move-{place}", kind, quantity, late)
        for place, (hour, kind, quantity, late) in enumerate(sorted(moves))
    ]
    until = max([one[0] for one in events], default=START) + timedelta(hours=7)
    world.push(START)
    for at in sorted({*(one[0] for one in events), *(c for c in CYCLES if c <= until)}):
        world.push(at)
        for _, name, kind, quantity, late in (one for one in events if one[0] == at):
            effective_at = max(START, at - timedelta(hours=late))
            world.send(name, at, kind=kind, quantity=quantity, effective_at=effective_at)
        world.push(at)
    world.push(until)
    return until


def line_values(lines) -> list[tuple[object, ...]]:
    return sorted(
        (line.kind, line.span_first, line.quantity, line.amount_minor, line.formula)
        for line in lines
    )


def change_of(world: SeatWorld, kind: str, quantity: int) -> IncomingEvent:
    return IncomingEvent(
        source="product", source_event_id="change", kind=kind, quantity=quantity,
        subscription=world.subscription.external_id, seat_type="member",
    )  # fmt: skip


def previewed(world: SeatWorld, event: IncomingEvent, at: datetime) -> Preview | Refusal:
    try:
        return preview_invoice(subscription_id=world.subscription.pk, events=[event], at=at)
    except Refusal as refusal:
        return refusal


@WITH_DATABASE
@given(
    policy=policies(),
    moves=MOVES,
    kind=st.sampled_from(["seat_added", "seat_removed", "quantity_set"]),
    quantity=st.integers(1, 40),
)
def test_a_preview_is_the_invoice_for_every_policy_and_history(db, policy, moves, kind, quantity):
    with undone():
        world = SeatWorld.make(policy)
        at = told(world, moves)
        shown = previewed(world, change_of(world, kind, quantity), at)

        answer = world.send("change", at, kind=kind, quantity=quantity)
        if isinstance(shown, Refusal):
            assert (answer.code, answer.message) == (shown.code, shown.message)
            return
        before = set(InvoiceLine.objects.values_list("pk", flat=True))
        world.push(shown.as_of)
        drawn = InvoiceLine.objects.exclude(pk__in=before)
        documents = Invoice.objects.filter(lines__in=drawn).distinct()

        assert line_values(shown.lines) == line_values(drawn)
        whole = shown.totals.total_minor - shown.credit_note_minor
        assert whole == sum(one.total_minor for one in documents)


@WITH_DATABASE
@given(policy=policies(), moves=MOVES)
def test_every_invoice_is_derived_again_for_every_policy_and_history(db, policy, moves):
    with undone():
        world = SeatWorld.make(policy)
        told(world, moves)
        for cycle in CYCLES:
            world.push(cycle + timedelta(days=60))

        chunks = list(recheck_invoices(customer_ids=customers_to_recheck()))

        issued = Invoice.objects.exclude(number="").count()
        assert sum(chunk.invoices for chunk in chunks) == issued
        assert [one for chunk in chunks for one in chunk.differences] == []
