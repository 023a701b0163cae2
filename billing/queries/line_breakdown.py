"""Lines of invoices by group and cost center, from the ledger as it was known when they were rated."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Group
from billing.calc.breakdown import BrokenLine, HeldSpan, break_down
from billing.calc.holdings import Holding, holdings_of
from billing.calc.timeline import counting_states
from billing.documents.source import GroupShare
from billing.models import InvoiceLine, RatedSpan, Subscription
from billing.queries.trace import span_behind
from billing.records.subscription_book import SubscriptionBook, load_subscription_books
from kernel.period import Period


def line_breakdowns(invoice_ids: Collection[UUID]) -> dict[UUID, tuple[GroupShare, ...]]:
    """
    The shares of every line of these invoices, by line; they add up to the line. Eight queries.

    Groups are called as they are called today.
    """
    lines = list(
        InvoiceLine.objects.filter(invoice__in=invoice_ids)
        .select_related(
            "rated_span__rating", "rated_span__seat_policy", "rated_span__seat_type",
            "credited_line__rated_span__rating", "credited_line__rated_span__seat_policy",
            "credited_line__rated_span__seat_type",
        )
        .order_by("invoice", "position")
    )  # fmt: skip
    spans = {line.pk: span_behind(line) for line in lines}
    subscriptions = Subscription.objects.filter(
        pk__in={one.subscription_id for one in spans.values()}
    )
    books = load_subscription_books(subscriptions=list(subscriptions))
    groups = {
        str(one.pk): one
        for one in Group.objects.filter(customer__in={one.customer_id for one in spans.values()})
    }
    past = {key: PastSeats(book) for key, book in books.items()}
    return {
        line.pk: tuple(
            share_of(groups.get(key or ""), minor)
            for key, minor in past[span.subscription_id].shares(line, span).items()
        )
        for line in lines
        for span in [spans[line.pk]]
    }


def share_of(group: Group | None, amount_minor: int) -> GroupShare:
    if group is None:
        return GroupShare("", "", amount_minor)
    return GroupShare(group.name, group.cost_center, amount_minor)


class PastSeats:
    """The seats of a subscription as its ledger was known at a position, by group."""

    def __init__(self, book: SubscriptionBook) -> None:
        self.book = book
        self.zone = ZoneInfo(book.subscription.time_zone)
        self.entries = {entry.fact.entry_id: entry for entry in book.entries}
        self.known: dict[int, list[tuple[Holding, HeldSpan]]] = {}

    def shares(self, line: InvoiceLine, span: RatedSpan) -> Mapping[str | None, int]:
        """Minor units of the line by group."""
        named = [found for key in span.entry_ids if (found := self.entries.get(str(key)))]
        broken = BrokenLine(
            kind=span.kind,
            amount_minor=line.amount_minor,
            quantity=span.quantity,
            span=Period(span.span_first, span.span_after),
            entries=[(text(one.group_id), one.fact.quantity) for one in named],
        )
        return break_down(broken, self.held(span))

    def held(self, span: RatedSpan) -> Sequence[HeldSpan]:
        """Who held a seat of the span's type in a state that counts under its policy."""
        terms = self.book.catalog.terms_of(span.seat_policy, self.book.subscription.currency)
        counting = counting_states(terms)
        return [
            held
            for one, held in self.holdings(span.rating.known_position)
            if one.seat_type == span.seat_type.code and one.state in counting
        ]

    def holdings(self, position: int) -> list[tuple[Holding, HeldSpan]]:
        if position not in self.known:
            facts = [one.fact for one in self.book.entries if one.fact.position <= position]
            self.known[position] = self.in_groups(holdings_of(facts))
        return self.known[position]

    def in_groups(self, holdings: Sequence[Holding]) -> list[tuple[Holding, HeldSpan]]:
        """With local dates and the group; what names none (a plan change) leaves people where they are."""
        found, groups = [], dict[tuple[str, str], UUID | None]()
        for one in holdings:
            key = (one.grantee, one.seat_type)
            groups[key] = self.entries[one.entry_id].group_id or groups.get(key)
            dates = self.day(one.from_at), self.day(one.until_at)
            found.append((one, HeldSpan(text(groups[key]), *dates)))
        return found

    def day(self, instant: datetime | None) -> date:
        return instant.astimezone(self.zone).date() if instant else date.max


def text(group_id: UUID | None) -> str | None:
    return str(group_id) if group_id else None


def by_group(shares: Collection[Sequence[GroupShare]]) -> tuple[GroupShare, ...]:
    """Shares of many lines added up by group, the dearest first."""
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for of_line in shares:
        for one in of_line:
            sums[one.group, one.cost_center] += one.amount_minor
    ordered = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    return tuple(GroupShare(*names, minor) for names, minor in ordered)
