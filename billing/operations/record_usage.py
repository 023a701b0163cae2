"""Record what was used of metered features, each report once, and move the totals of its billing cycle."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import connection, transaction
from uuid6 import uuid7

from accounts.models import ApiClient
from billing.models import UsageRecord
from billing.operations.note_used_up import Reported, note_used_up
from billing.operations.refusals import SubscriptionUnknown
from billing.queries.entitlements import Question
from billing.records.usage_sources import UsageSources, UsedSeat, load_usage_sources
from kernel.refusal import Refusal

CLOCKS_DIFFER = timedelta(minutes=5)
TotalKey = tuple[UUID, UUID, UUID | None, UUID | None, datetime, datetime]
ADD = """
INSERT INTO billing_usagetotal
  (id, subscription_id, feature_id, grantee_id, group_id, from_at, until_at, quantity)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[],
                     %s::timestamptz[], %s::timestamptz[], %s::bigint[])
ON CONFLICT (subscription_id, feature_id, grantee_id, group_id, from_at)
DO UPDATE SET quantity = billing_usagetotal.quantity + EXCLUDED.quantity
"""


class CustomerUnknown(Refusal):
    code = "customer_unknown"

    def __init__(self, customer: str) -> None:
        super().__init__(f"There is no customer “{customer}”. Send the external id of one.")


class UsageWithoutSeat(Refusal):
    code = "usage_without_seat"

    def __init__(self, grantee: str, used_at: datetime) -> None:
        super().__init__(
            f"“{grantee}” held no seat at {used_at:%Y-%m-%d %H:%M} UTC. Report the seat first, or "
            "name the subscription and leave the grantee out."
        )


class FeatureNotMetered(Refusal):
    code = "feature_not_metered"

    def __init__(self, feature: str, known: Iterable[str]) -> None:
        words = ", ".join(sorted(known)) or "none"
        super().__init__(f"“{feature}” is not counted there. What is counted: {words}.")


class UsedAhead(Refusal):
    code = "used_at_ahead"

    def __init__(self) -> None:
        super().__init__("Usage can only be of now or earlier. Check the sender's clock.")


class UsageConflict(Refusal):
    code = "usage_conflict"

    def __init__(self, source_event_id: str) -> None:
        super().__init__(
            f"“{source_event_id}” was reported with other content before. A report stays as it was: "
            "send the difference under an id of its own; below zero takes back."
        )


@dataclass(frozen=True, slots=True)
class ReportedUsage:
    """
    So much of a feature, in its unit. Names are external ids.

    `grantee` may be left out where `subscription` is named: what nobody in particular used.
    `used_at` None: when it is recorded.
    """

    source: str
    source_event_id: str
    customer: str
    feature: str
    quantity: int = 1
    grantee: str = ""
    subscription: str = ""
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UsageAnswer:
    source_event_id: str
    status: Literal["recorded", "duplicate", "refused"]
    code: str = ""
    message: str = ""


@transaction.atomic
def record_usage(
    *, reports: Sequence[ReportedUsage], client: ApiClient | None, at: datetime
) -> list[UsageAnswer]:
    """
    Answers in the order of the reports. The same report again is a duplicate and counts once.

    A refused report leaves the others alone. Being over a limit refuses nothing and bills nothing:
    the next answer about entitlements says so. The same few queries for one or a thousand.
    """
    sources = load_usage_sources(
        customers=[one.customer for one in reports], grantees=[one.grantee for one in reports]
    )
    refusals: dict[int, Refusal] = {}
    rows: dict[int, UsageRecord] = {}
    used: dict[UUID, UsedSeat] = {}
    for place, report in enumerate(reports):
        try:
            row, seat = row_of(report, sources, at)
        except Refusal as refusal:
            refusals[place] = refusal
        else:
            row.client = client
            rows[place], used[row.pk] = row, seat
    # in one order, so that two batches of the same reports do not wait for each other in a ring
    UsageRecord.objects.bulk_create(sorted(rows.values(), key=key_of), ignore_conflicts=True)
    kept = kept_rows(rows.values())
    new = {place: row for place, row in rows.items() if kept[key_of(row)].pk == row.pk}
    add_to_totals(list(new.values()), used, sources)
    note_used_up([Reported(row, question_of(reports[place])) for place, row in new.items()], at=at)
    return [
        refused(report, refusals[place])
        if place in refusals
        else answer(report, rows[place], kept[key_of(rows[place])])
        for place, report in enumerate(reports)
    ]


def row_of(
    report: ReportedUsage, sources: UsageSources, at: datetime
) -> tuple[UsageRecord, UsedSeat]:
    """
    The record, and of what it was used.

    :raises Refusal: those of this module, and SubscriptionUnknown
    """
    used_at = report.used_at or at
    if used_at > at + CLOCKS_DIFFER:
        raise UsedAhead
    customer_id = sources.customers.get(report.customer)
    if customer_id is None:
        raise CustomerUnknown(report.customer)
    seat, feature_id = used_seat(report, sources, customer_id, used_at)
    row = UsageRecord(
        customer_id=customer_id,
        subscription=seat.subscription,
        feature_id=feature_id,
        grantee_id=sources.grantees[report.grantee] if report.grantee else None,
        group_id=seat.group_id,
        quantity=report.quantity,
        used_at=used_at,
        recorded_at=at,
        source=report.source,
        source_event_id=report.source_event_id,
    )
    return row, seat


def used_seat(
    report: ReportedUsage, sources: UsageSources, customer_id: UUID, used_at: datetime
) -> tuple[UsedSeat, UUID]:
    """
    The subscription whose feature it is: by the person's seat, else the one that is named.

    :raises SubscriptionUnknown: if the customer has none of this name
    :raises UsageWithoutSeat: if the person held no seat then
    :raises FeatureNotMetered: if what was held does not count the feature
    """
    named = sources.subscriptions.get(report.subscription)
    if report.subscription and (named is None or named.customer_id != customer_id):
        raise SubscriptionUnknown(report.subscription)
    if report.grantee:
        grantee_id = sources.grantees.get(report.grantee)
        held = sources.seats(customer_id, grantee_id, used_at) if grantee_id else []
        held = [one for one in held if named is None or one.subscription_id == named.pk]
        if not held:
            raise UsageWithoutSeat(report.grantee, used_at)
        seats = [
            (one.seat_type_id, UsedSeat(one.subscription, one.seat_type.plan_id, one.group_id))
            for one in held
        ]
    else:
        assert named is not None, "the door asks for a grantee or a subscription"
        seats = [(named.plan_id, UsedSeat(named, named.plan_id))]
    for key, seat in seats:
        if feature_id := sources.metered.get(key, {}).get(report.feature):
            return seat, feature_id
    raise FeatureNotMetered(
        report.feature, {code for key, _ in seats for code in sources.metered.get(key, {})}
    )


def question_of(report: ReportedUsage) -> Question:
    return Question(report.grantee, report.customer, report.feature)


def key_of(row: UsageRecord) -> tuple[UUID, str, str]:
    return row.customer_id, row.source, row.source_event_id


def kept_rows(rows: Iterable[UsageRecord]) -> Mapping[tuple[UUID, str, str], UsageRecord]:
    """What is stored now under the same ids. One query."""
    wanted = list(rows)
    stored = UsageRecord.objects.filter(
        customer__in={one.customer_id for one in wanted},
        source__in={one.source for one in wanted},
        source_event_id__in={one.source_event_id for one in wanted},
    )
    return {key_of(one): one for one in stored}


def add_to_totals(
    rows: Sequence[UsageRecord], used: Mapping[UUID, UsedSeat], sources: UsageSources
) -> None:
    """Of the person, of the group and all above it, and of the whole; in one order, so that none deadlock."""
    sums: Counter[TotalKey] = Counter()
    for row in rows:
        seat = used[row.pk]
        cycle = sources.cycle(seat, row.used_at)
        whose: list[tuple[UUID | None, UUID | None]] = [(None, None)]
        whose += [(None, group_id) for group_id in sources.groups_above(seat.group_id)]
        whose += [(row.grantee_id, None)] if row.grantee_id else []
        for grantee_id, group_id in whose:
            sums[(row.subscription_id, row.feature_id, grantee_id, group_id, *cycle)] += (
                row.quantity
            )
    if not sums:
        return
    ordered = sorted(sums.items(), key=lambda one: [str(part) for part in one[0]])
    columns = [
        [uuid7() for _ in ordered],
        *(list(column) for column in zip(*(key for key, _ in ordered), strict=True)),
        [quantity for _, quantity in ordered],
    ]
    with connection.cursor() as cursor:
        cursor.execute(ADD, columns)


def answer(report: ReportedUsage, row: UsageRecord, kept: UsageRecord) -> UsageAnswer:
    if kept.pk == row.pk:
        return UsageAnswer(report.source_event_id, "recorded")
    is_same = (row.subscription_id, row.feature_id, row.grantee_id, row.quantity) == (
        kept.subscription_id, kept.feature_id, kept.grantee_id, kept.quantity,
    ) and report.used_at in (None, kept.used_at)  # fmt: skip
    if is_same:
        return UsageAnswer(report.source_event_id, "duplicate")
    return refused(report, UsageConflict(report.source_event_id))


def refused(report: ReportedUsage, refusal: Refusal) -> UsageAnswer:
    return UsageAnswer(report.source_event_id, "refused", refusal.code, refusal.message)
