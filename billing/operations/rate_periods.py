"""Rate: what the ledger says should have been billed, less what was. It prices; it bills nothing."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from billing.calc.rating import Rater
from billing.calc.types import RatedSpan as SpanFacts
from billing.calc.types import RatingResult
from billing.enums import StageName
from billing.models import RatedSpan, Rating, Subscription
from billing.operations.refuse import Refused, record_refusals
from billing.queries.work import subscriptions_touched_before_finalizing
from billing.records.billed_spans import billed_spans
from billing.records.copy_rows import array_text, copy_rows
from billing.records.row_ids import row_ids
from billing.records.subscription_book import SubscriptionBook, load_subscription_books
from kernel.refusal import Refusal
from kernel.stage import StageOutcome

RATING_FIELDS = (
    "id", "customer", "subscription", "number", "as_of", "rated_at", "known_position",
)  # fmt: skip
SPAN_FIELDS = (
    "id", "customer", "subscription", "rating", "period_first", "period_after", "basis", "kind",
    "document_kind", "seat_type", "price", "seat_policy", "quantity", "seat_days",
    "unit_price_minor", "span_first", "span_after", "amount_minor", "charges", "formula",
    "entry_ids", "corrects_spans",
)  # fmt: skip
ADVANCE = """
UPDATE billing_subscription AS subscription SET
    rate_due_at = v.rate_due_at, due_early = v.due_early, touched_from = NULL,
    rating_count = rating_count + 1
FROM unnest(%s::uuid[], %s::timestamptz[], %s::bool[]) AS v(id, rate_due_at, due_early)
WHERE subscription.id = v.id
"""


@transaction.atomic
def rate_periods(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Rate these subscriptions as of `at` and move each to its next due moment.

    A subscription that was changed behind an open draft is rated again as of the draft's own moment,
    so that late events join it; what is due besides comes with the next chunk. Refusals leave the
    subscription waiting.
    """
    subscriptions = list(
        Subscription.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys)
        .order_by("pk")
    )
    books = load_subscription_books(subscriptions=subscriptions)
    settled = last_ratings(subscriptions)
    joining = set(
        subscriptions_touched_before_finalizing(at).filter(pk__in=keys).values_list("pk", flat=True)
    )
    moments = {
        one.pk: one_moment(one, joins=one.pk in joining, settled=settled, at=at)
        for one in subscriptions
    }
    raters, refused = read_ledgers(books=books, settled=settled, moments=moments, at=at)
    billed = billed_spans({key: rater.window for key, rater in raters.items()})
    results = {key: rater.rate(billed[key]) for key, rater in raters.items()}

    record_refusals(stage=StageName.RATE, refused=refused, at=at)
    write_ratings(books=books, results=results, moments=moments, at=at)
    return StageOutcome(passed=len(results), refused=len(refused))


def last_ratings(subscriptions: Sequence[Subscription]) -> dict[UUID, datetime]:
    """As of when each subscription was rated last."""
    return dict(
        Rating.objects.filter(
            subscription__in=subscriptions, number=F("subscription__rating_count")
        ).values_list("subscription_id", "as_of")
    )


def one_moment(
    subscription: Subscription, *, joins: bool, settled: Mapping[UUID, datetime], at: datetime
) -> datetime:
    """As of when to rate: now where due, else as of its last rating, whose draft is open and joined."""
    is_due = subscription.rate_due_at is not None and subscription.rate_due_at <= at
    return at if is_due and not joins else settled.get(subscription.pk, at)


def read_ledgers(
    *,
    books: Mapping[UUID, SubscriptionBook],
    settled: Mapping[UUID, datetime],
    moments: Mapping[UUID, datetime],
    at: datetime,
) -> tuple[dict[UUID, Rater], list[Refused]]:
    """A rater for each subscription, or why it cannot be rated (no price, no policy)."""
    raters, refused = {}, []
    for key, book in books.items():
        try:
            raters[key] = Rater(
                book.rating_input(
                    as_of=moments[key],
                    rated_at=at,
                    settled_at=settled.get(key),
                    touched_from=book.subscription.touched_from,
                )
            )
        except Refusal as refusal:
            label = book.subscription.external_id
            refused.append(Refused(key, label, refusal.code, str(refusal)))
    return raters, refused


def write_ratings(
    *,
    books: Mapping[UUID, SubscriptionBook],
    results: Mapping[UUID, RatingResult],
    moments: Mapping[UUID, datetime],
    at: datetime,
) -> None:
    """Ratings and spans by COPY, the subscriptions' next due moments by one UPDATE."""
    ids = row_ids()
    rating_ids = dict(zip(results, ids, strict=False))
    copy_rows(
        Rating,
        fields=RATING_FIELDS,
        rows=[
            (
                rating_ids[key], books[key].subscription.customer_id, key,
                books[key].subscription.rating_count + 1, moments[key], at,
                books[key].known_position,
            )
            for key in results
        ],
    )  # fmt: skip
    copy_rows(
        RatedSpan,
        fields=SPAN_FIELDS,
        rows=(
            (next(ids), *span_values(books[key], rating_ids[key], span))
            for key, result in results.items()
            for span in result.spans
        ),
    )
    keys, due, early = [], [], []
    for key, result in results.items():
        keys.append(key)
        due.append(result.next_due_at)
        early.append(is_early(result))
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, [keys, due, early])


def is_early(result: RatingResult) -> bool:
    """Whether the next work comes before the next regular invoice."""
    due, regular = result.next_due_at, result.next_regular_at
    return due is not None and regular is not None and due < regular


def span_values(book: SubscriptionBook, rating_id: str, span: SpanFacts) -> tuple[Any, ...]:
    """All but the first of SPAN_FIELDS."""
    catalog = book.catalog
    subscription = book.subscription
    is_composite = set(span.charges) != {span.basis}
    return (
        subscription.customer_id, subscription.pk, rating_id, span.period.first,
        span.period.after, span.basis, span.kind, span.disposition,
        catalog.seat_type_id(price_key=span.price_key), span.price_key, span.policy_key,
        span.quantity, span.seat_days, span.unit_price_minor, span.span.first, span.span.after,
        span.amount_minor, json.dumps(dict(span.charges)) if is_composite else None,
        json.dumps(span.formula.record), array_text(span.entry_ids), array_text(span.corrects),
    )  # fmt: skip
