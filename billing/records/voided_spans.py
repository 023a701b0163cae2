"""Rated spans whose invoice was voided: later ratings take them as never billed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import F

from billing.enums import LineKind
from billing.models import InvoiceLine, RatedSpan, Subscription, VoidedSpans

VoidKey = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class VoidedSpan:
    """A span on a voided invoice; `key` is the void and the subscription."""

    key: VoidKey
    id: UUID
    period_first: date
    is_charge: bool


@dataclass(slots=True)
class Voids:
    """
    The voids of some customers, as a replay of their ratings needs them.

    `after_rating` is by span the last rating that still knew it as billed; `reopened` are first dates
    of periods by subscription and that rating, `touched` the earliest date the void reached.
    """

    after_rating: dict[UUID, int] = field(default_factory=dict)
    touched: dict[tuple[UUID, int], date] = field(default_factory=dict)
    reopened: dict[tuple[UUID, int], frozenset[date]] = field(
        default_factory=lambda: defaultdict(frozenset)
    )

    def is_billed(self, span_id: UUID, *, rating: int) -> bool:
        """Whether a rating of this number takes the span as billed."""
        return rating <= self.after_rating.get(span_id, rating)


def reopened_periods(
    subscriptions: Sequence[Subscription],
) -> defaultdict[UUID, frozenset[date]]:
    """
    By subscription, the periods its next rating bills anew. One query where nothing was voided.

    A period of which only corrections were voided is corrected again, as it was.
    """
    pending = VoidedSpans.objects.filter(
        subscription__in=subscriptions, after_rating=F("subscription__rating_count")
    ).values_list("void", "subscription")
    found: defaultdict[UUID, frozenset[date]] = defaultdict(frozenset)
    for span in spans_of_voids(set(pending)):
        if span.is_charge:
            found[span.key[1]] |= {span.period_first}
    return found


def load_voids(customer_ids: Collection[UUID]) -> Voids:
    """Every void of these customers; one query where nothing was voided."""
    return read_voids(VoidedSpans.objects.filter(void__invoice__customer__in=customer_ids))


def load_voids_of(subscription_ids: Collection[UUID]) -> Voids:
    """Every void of these subscriptions; one query where nothing was voided."""
    return read_voids(VoidedSpans.objects.filter(subscription__in=subscription_ids))


def read_voids(rows: Iterable[VoidedSpans]) -> Voids:
    voids = Voids()
    after = {(row.void_id, row.subscription_id): row.after_rating for row in rows}
    for span in spans_of_voids(after.keys()):
        number = after[span.key]
        voids.after_rating[span.id] = number
        place = (span.key[1], number)
        voids.touched[place] = min(voids.touched.get(place, span.period_first), span.period_first)
        if span.is_charge:
            voids.reopened[place] |= {span.period_first}
    return voids


def spans_of_voids(wanted: Collection[VoidKey]) -> list[VoidedSpan]:
    """Spans on the invoices of these voids, of these subscriptions; two queries."""
    if not wanted:
        return []
    invoice_of = voided_lines({void_id for void_id, _ in wanted})
    spans = RatedSpan.objects.filter(pk__in=invoice_of).values_list(
        "pk", "subscription_id", "period_first", "kind"
    )
    return [
        VoidedSpan(key, span_id, period_first, kind != LineKind.ADJUSTMENT)
        for span_id, subscription_id, period_first, kind in spans
        if (key := (invoice_of[span_id], subscription_id)) in wanted
    ]


def voided_lines(invoice_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The invoice by rated span; one query."""
    lines = InvoiceLine.objects.filter(invoice__in=invoice_ids, rated_span__isnull=False)
    return {
        span_id: invoice_id
        for span_id, invoice_id in lines.values_list("rated_span_id", "invoice_id")
        if span_id
    }
