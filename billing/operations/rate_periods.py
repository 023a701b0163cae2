"""Rate: what the ledger says should have been billed, less what was. It prices; it bills nothing."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from uuid6 import uuid7

from billing.calc.rating import next_boundary_at, rate
from billing.calc.types import RatedSpan as SpanFacts
from billing.calc.types import RatingResult
from billing.enums import StageName
from billing.models import RatedSpan, Rating, Subscription
from billing.operations.refuse import Refused, record_refusals
from billing.records.billed_spans import billed_spans, rating_bounds
from billing.records.copy_rows import copy_rows
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

    A subscription that is not due but was changed behind an open draft is rated again as of the
    draft's own moment, so that late events join it. Refusals leave the subscription waiting.
    """
    subscriptions = list(
        Subscription.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys)
        .order_by("pk")
    )
    books = load_subscription_books(subscriptions=subscriptions)
    moments = rating_moments(subscriptions, at=at)
    bounds = rating_bounds(books)
    billed = billed_spans(bounds)
    results: dict[UUID, RatingResult] = {}
    refused = []
    for key, book in books.items():
        try:
            results[key] = rate(
                book.rating_input(
                    as_of=moments[key], rated_at=at, billed=billed[key], touched_from=bounds[key]
                )
            )
        except Refusal as refusal:
            label = book.subscription.external_id
            refused.append(Refused(key, label, refusal.code, str(refusal)))

    record_refusals(stage=StageName.RATE, refused=refused, at=at)
    write_ratings(books=books, results=results, moments=moments, at=at)
    return StageOutcome(passed=len(results), refused=len(refused))


def rating_moments(subscriptions: Sequence[Subscription], *, at: datetime) -> dict[UUID, datetime]:
    """As of when each is rated: now where due, else as of its last rating, whose draft is open."""
    not_due = [one.pk for one in subscriptions if not is_due(one, at)]
    last = dict(
        Rating.objects.filter(subscription__in=not_due)
        .order_by("subscription", "number")
        .values_list("subscription_id", "as_of")
    )
    return {one.pk: last.get(one.pk, at) for one in subscriptions}


def is_due(subscription: Subscription, at: datetime) -> bool:
    return subscription.rate_due_at is not None and subscription.rate_due_at <= at


def write_ratings(
    *,
    books: Mapping[UUID, SubscriptionBook],
    results: Mapping[UUID, RatingResult],
    moments: Mapping[UUID, datetime],
    at: datetime,
) -> None:
    """Ratings and spans by COPY, the subscriptions' next due moments by one UPDATE."""
    rating_ids = {key: uuid7() for key in results}
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
            span_row(books[key], rating_ids[key], span)
            for key, result in results.items()
            for span in result.spans
        ),
    )
    keys, due, early = [], [], []
    for key, result in results.items():
        boundary = next_boundary(books[key], moments[key], result)
        keys.append(key)
        due.append(result.next_due_at)
        early.append(result.next_due_at is not None and result.next_due_at < boundary)
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, [keys, due, early])


def span_row(book: SubscriptionBook, rating_id: UUID, span: SpanFacts) -> tuple[Any, ...]:
    catalog = book.catalog
    subscription = book.subscription
    is_composite = len(span.charges) != 1
    return (
        uuid7(), subscription.customer_id, subscription.pk, rating_id, span.period.first,
        span.period.after, span.basis, span.kind, span.disposition,
        catalog.seat_type_id(price_key=span.price_key), span.price_key, span.policy_key,
        span.quantity, span.seat_days, span.unit_price_minor, span.span.first, span.span.after,
        span.amount_minor, json.dumps(dict(span.charges)) if is_composite else None,
        json.dumps(span.formula.to_json()), list(span.entry_ids), list(span.corrects),
    )  # fmt: skip
