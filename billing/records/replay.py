"""Rate again what was rated, as it was known then, and name what does not fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.calc.rating import Rater
from billing.calc.types import BilledSpan
from billing.calc.types import RatedSpan as SpanFacts
from billing.models import RatedSpan, Rating
from billing.records.differences import Difference, derived_span, field_differences, stored_span
from billing.records.stored_ratings import StoredRatings
from billing.records.subscription_book import SubscriptionBook
from billing.records.voided_spans import Voids
from kernel.refusal import Refusal

ABSENT = "nothing"
Billed = list[tuple[tuple[UUID, date, str], BilledSpan, RatedSpan | None]]


@dataclass(slots=True)
class Replay:
    """Derived spans by the id of the stored span they stand for, and what did not fit."""

    derived: dict[UUID, SpanFacts] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)


def replay_ratings(
    book: SubscriptionBook, stored: StoredRatings, voids: Voids, replay: Replay
) -> None:
    """Rate again as each rating did, feeding what was derived before as what was billed."""
    billed: Billed = []
    before: Rating | None = None
    for rating in stored.ratings[book.subscription.pk]:
        spans = dict(stored.spans[rating.pk])
        point = (book.subscription.pk, rating.number - 1)
        try:
            derived = rate_again(
                book,
                rating,
                before,
                known_as_billed(billed, voids, rating),
                reopened=voids.reopened[point],
                voided_from=voids.touched.get(point),
            )
        except Refusal as refusal:
            document = rating_name(book, rating)
            replay.differences.append(
                Difference(document, 0, "outcome", f"{len(spans)} spans", str(refusal))
            )
            return
        for facts in derived:
            row = spans.pop((facts.period.first, facts.basis), None)
            order = (rating.pk, facts.period.first, facts.basis)  # as billed spans are loaded
            billed.append((order, as_billed(facts, row), row))
            replay.differences += span_differences(book, rating, row, facts, stored)
            if row is not None:
                replay.derived[row.pk] = facts
        for row in spans.values():
            place = span_place(book, rating, row, stored)
            amount = str(row.amount_minor)
            replay.differences.append(Difference(*place, row.basis, amount, ABSENT))
        before = rating


def known_as_billed(billed: Billed, voids: Voids, rating: Rating) -> list[BilledSpan]:
    """What was billed when this rating looked, in the order it was loaded; voids before it are out."""
    known = [
        (order, one)
        for order, one, row in billed
        if row is None or voids.is_billed(row.pk, rating=rating.number)
    ]
    return [one for _, one in sorted(known, key=itemgetter(0))]


def rate_again(
    book: SubscriptionBook,
    rating: Rating,
    before: Rating | None,
    billed: Sequence[BilledSpan],
    *,
    reopened: frozenset[date],
    voided_from: date | None,
) -> Sequence[SpanFacts]:
    """What the rating should have found, from what was known at its position and moment."""
    rater = Rater(
        book.rating_input(
            as_of=rating.as_of,
            rated_at=rating.rated_at,
            settled_at=before.as_of if before else None,
            touched_from=min(
                [*touched_between(book, before, rating), *([voided_from] if voided_from else [])],
                default=None,
            ),
            known_position=rating.known_position,
            reopened=reopened,
        )
    )
    return rater.rate([one for one in billed if one.period.after > rater.window]).spans


def touched_between(
    book: SubscriptionBook, before: Rating | None, rating: Rating
) -> Iterator[date]:
    """The local dates of the entries recorded since the rating before."""
    zone = ZoneInfo(book.subscription.time_zone)
    known = before.known_position if before else 0
    return (
        entry.fact.effective_at.astimezone(zone).date()
        for entry in book.entries
        if known < entry.fact.position <= rating.known_position
    )


def as_billed(facts: SpanFacts, row: RatedSpan | None) -> BilledSpan:
    return BilledSpan(
        span_id=str(row.pk) if row else f"derived {facts.basis}",
        period=facts.period,
        seat_type=facts.seat_type,
        charges=facts.charges,
        kind=facts.kind,
        entry_ids=facts.entry_ids,
        quantity=facts.quantity,
        price_key=facts.price_key,
        unit_price_minor=facts.unit_price_minor,
    )


def span_differences(
    book: SubscriptionBook,
    rating: Rating,
    row: RatedSpan | None,
    facts: SpanFacts,
    stored: StoredRatings,
) -> list[Difference]:
    """Field by field; one difference for a span that was never written or never put on paper."""
    if row is None:
        amount = str(facts.amount_minor)
        return [Difference(rating_name(book, rating), 0, facts.basis, ABSENT, amount)]
    place = span_place(book, rating, row, stored)
    found = field_differences(place, stored_span(row), derived_span(facts), "span ")
    is_drafted = rating.number <= book.subscription.drafted_count
    if is_drafted and row.pk not in stored.lines_by_span:
        found.append(Difference(*place, "invoice line", ABSENT, str(facts.amount_minor)))
    return found


def span_place(
    book: SubscriptionBook, rating: Rating, row: RatedSpan, stored: StoredRatings
) -> tuple[str, int]:
    """The invoice and line the span became, or the rating where it is on none."""
    line = stored.lines_by_span.get(row.pk)
    if line is None:
        return rating_name(book, rating), 0
    return str(line.invoice), line.position


def rating_name(book: SubscriptionBook, rating: Rating) -> str:
    return f"{book.subscription.external_id} rating {rating.number}"
