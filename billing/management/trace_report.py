"""Traces as trees for a terminal. It lays out; it decides nothing."""

from collections.abc import Iterable
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from billing.queries.tax_trace import TaxTrace
from billing.queries.trace_records import (
    EntryTrace,
    EventReach,
    EventTrace,
    LineRef,
    LineTrace,
)
from kernel.money import decimal_text, exponent_of

DIGEST_SHOWN = 12


def print_lines(console: Console, traces: Iterable[LineTrace]) -> None:
    for trace in traces:
        console.print(line_tree(trace))
        console.print()


def line_tree(trace: LineTrace) -> Tree:
    """Line, then span, then entries each with its event, then corrections."""
    tree = Tree(f"[bold]{line_words(trace.line)}[/]")
    tree.add(escape(trace.formula))
    span = trace.span
    rated = tree.add(
        f"Period {span.period_first} to before {span.period_after}, span {trace.span_first} to "
        f"before {trace.span_after}; quantity {trace.quantity}, seat-days {trace.seat_days}"
    )
    rated.add(
        f"Rating {span.rating_number} of {escape(trace.subscription)} as of {moment(span.rated_as_of)}, "
        f"knowing the ledger to entry {span.known_position}; "
        f"policy version {span.policy_version}, price version {span.price_version}"
    )
    for tax in trace.taxes:
        add_tax(tree, tax)
    add_entries(tree, trace.entries)
    for ref in trace.corrects:
        tree.add(f"[yellow]Corrects {line_words(ref)}[/]")
    for ref in trace.corrected_by:
        tree.add(f"[yellow]Corrected by {line_words(ref)}[/]")
    return tree


def add_tax(tree: Tree, tax: TaxTrace) -> None:
    """What the line bears, why, and where the rate was read."""
    rate = format(tax.rate_percent.normalize(), "f")
    branch = tree.add(
        f"{escape(tax.name)} {rate} % ({tax.category_code}) in {tax.jurisdiction}, tax point "
        f"{tax.tax_point}"
    )
    branch.add(escape(tax.words))
    if tax.registration:
        branch.add(escape(f"Charged under {tax.registration}; rate by {tax.rate_source}"))


def event_tree(reach: EventReach) -> Tree:
    """The event, its corrections, its entries, and every line these explain."""
    tree = Tree(f"[bold]{event_words(reach.event)}[/]")
    tree.add(f"Customer {escape(reach.customer)}, subscription {escape(reach.subscription)}")
    for one in reach.corrects:
        tree.add(f"[yellow]Corrects {event_words(one)}[/]")
    for one in reach.corrections:
        tree.add(f"[yellow]Corrected by {event_words(one)}[/]")
    add_entries(tree, reach.entries)
    lines = tree.add("Lines" if reach.lines else "On no invoice yet")
    for ref in reach.lines:
        lines.add(line_words(ref))
    return tree


def add_entries(tree: Tree, entries: Iterable[EntryTrace]) -> None:
    for entry in entries:
        branch = tree.add(entry_words(entry))
        branch.add(event_words(entry.event))


def line_words(ref: LineRef) -> str:
    amount = decimal_text(ref.amount_minor, exponent_of(ref.currency))
    document = ref.invoice_number or "draft"
    return escape(
        f"{document}/{ref.position} {ref.description} ({ref.kind}) {amount} {ref.currency}"
    )


def entry_words(entry: EntryTrace) -> str:
    words = f"Entry {entry.position} {entry.kind}: {change_words(entry)}, {entry.balance_after} active after it"
    if entry.grantee:
        words += f", held by {entry.grantee}"
    if entry.corrects_position:
        words += f", {'voids' if entry.voids else 'corrects'} entry {entry.corrects_position}"
    if entry.corrected_by_position:
        words += f", corrected by entry {entry.corrected_by_position}"
    return escape(f"{words}; hash {entry.digest[:DIGEST_SHOWN]}…")


def change_words(entry: EntryTrace) -> str:
    """What the entry did to seats: "10 member: - to active"."""
    if entry.set_to is not None:
        return f"{entry.seat_type} set to {entry.set_to}"
    if not (entry.from_state or entry.to_state):
        return f"{entry.quantity} {entry.seat_type}"
    return f"{entry.quantity} {entry.seat_type}: {entry.from_state or 'none'} to {entry.to_state or 'none'}"


def event_words(event: EventTrace) -> str:
    actor = f" by {event.actor}" if event.actor else ""
    return escape(
        f"{event.source_event_id} from {event.source}{actor}: {event.kind}, true at "
        f"{moment(event.effective_at)}, known at {moment(event.recorded_at)} ({event.event_id})"
    )


def moment(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
