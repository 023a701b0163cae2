"""A line names its events, an event names its lines, and a correction shows both ways."""

from copy import deepcopy

import pytest

from billing.models import EntitlementEvent, Invoice
from billing.queries.trace import trace_event, trace_line, trace_line_of, trace_lines
from tests.seatworld import SeatWorld, day


@pytest.fixture(scope="module")
def module_corrected(module_world) -> SeatWorld:
    """10 seats were added on 25 January, billed in February, and then found to have been 6."""
    module_world.push(day(1, 15))
    module_world.send("grow", day(1, 25, 9), quantity=10)
    module_world.push(day(2, 18))
    module_world.push(day(2, 22))
    module_world.send(
        "grow-less", day(2, 23), kind="correction", seat_type="", corrects="grow", new_quantity=6
    )
    module_world.push(day(3, 15))
    module_world.push(day(3, 20))
    return module_world


@pytest.fixture
def corrected(module_corrected, db) -> SeatWorld:
    return deepcopy(module_corrected)


def invoices() -> list[Invoice]:
    return list(Invoice.objects.exclude(number="").order_by("issued_at", "number"))


def event_of(source_event_id: str) -> EntitlementEvent:
    return EntitlementEvent.objects.get(source_event_id=source_event_id)


def names(entries) -> list[str]:
    return [entry.event.source_event_id for entry in entries]


def test_a_line_names_the_events_behind_it(corrected):
    february = invoices()[1]

    traces = {trace.line.kind: trace for trace in trace_lines(february.pk)}

    assert names(traces["proration"].entries) == ["grow"]
    assert names(traces["recurring"].entries) == ["acme-team-start", "grow"]
    assert traces["proration"].formula.endswith(str(traces["proration"].line.amount_minor / 100))
    assert traces["proration"].span.policy_version == 1
    assert traces["proration"].span.price_version == 1


def test_entries_carry_their_place_in_the_hash_chain(corrected):
    entry = corrected.subscription.ledger_entries.get(event__source_event_id="grow")

    (trace,) = [one for one in trace_lines(invoices()[1].pk) if one.line.kind == "proration"]

    assert (trace.entries[0].position, trace.entries[0].digest) == (entry.position, entry.digest)


def test_an_adjustment_names_what_it_corrects_and_is_named_by_it(corrected):
    adjustments = [
        trace
        for invoice in invoices()[2:]
        for trace in trace_lines(invoice.pk)
        if trace.line.kind == "adjustment"
    ]

    assert adjustments
    for adjustment in adjustments:
        assert {"grow", "grow-less"} <= set(names(adjustment.entries))
        assert adjustment.corrects
        for ref in adjustment.corrects:
            assert adjustment.line in trace_line(ref.line_id).corrected_by


def test_a_billed_entry_tells_that_it_was_corrected_since(corrected):
    (trace,) = [one for one in trace_lines(invoices()[1].pk) if one.line.kind == "proration"]

    assert trace.entries[0].corrected_by_position == trace.entries[0].position + 1


@pytest.mark.parametrize("name", ["grow", "grow-less"])
def test_an_event_and_its_correction_lead_to_the_same_lines(corrected, name):
    reach = trace_event(event_of(name).pk)

    by_entry = {
        trace.line.line_id
        for invoice in invoices()
        for trace in trace_lines(invoice.pk)
        if {"grow", "grow-less"} & set(names(trace.entries))
    }
    assert {ref.line_id for ref in reach.lines} == by_entry
    assert names(reach.entries) == ["grow", "grow-less"]


def test_corrections_are_told_in_both_directions(corrected):
    original, correction = event_of("grow"), event_of("grow-less")

    assert [one.event_id for one in trace_event(original.pk).corrections] == [correction.pk]
    assert [one.event_id for one in trace_event(correction.pk).corrects] == [original.pk]


def test_a_line_is_found_by_number_and_position(corrected):
    first = trace_lines(invoices()[1].pk)[0]

    found = trace_line_of(invoice_number=invoices()[1].number, position=first.line.position)

    assert found == first
    assert trace_line_of(invoice_number="", position=1) is None
    assert trace_line_of(invoice_number="SW-999999", position=1) is None


def test_a_lookup_takes_at_most_six_queries_however_long_the_invoice(
    corrected, django_assert_max_num_queries
):
    short, long = invoices()[0], invoices()[1]
    for number, name in enumerate("abcdefgh"):
        corrected.send(name, day(3, 21 + number, 9))
    corrected.push(day(4, 15))
    corrected.push(day(4, 20))
    longest, event_id = invoices()[-1], event_of("grow").pk
    assert longest.lines.count() > long.lines.count()

    for invoice in (short, long, longest):
        with django_assert_max_num_queries(6):
            trace_lines(invoice.pk)
    with django_assert_max_num_queries(4):
        trace_event(event_id)
