"""Record what the product counted: active members of subscriptions, each instant once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import ApiClient
from billing.calc.refusals import SeatTypeUnknown
from billing.models import MemberReport, SeatLedgerEntry, SeatType, Subscription
from billing.operations.refusals import SubscriptionUnknown
from kernel.refusal import Refusal

CLOCKS_DIFFER = timedelta(minutes=5)


class ReportedAhead(Refusal):
    code = "reported_at_ahead"


class ReportedDifferently(Refusal):
    code = "members_reported_differently"


@dataclass(frozen=True, slots=True)
class CountedMembers:
    """
    One report: `counts` by seat type code; `grantees`, where named, are the product's own ids.

    `subscription` is an external id.
    """

    subscription: str
    reported_at: datetime
    counts: Mapping[str, int]
    grantees: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MembersAnswer:
    """What became of a report; `code` and `message` when it was refused."""

    subscription: str
    status: Literal["recorded", "duplicate", "refused"]
    code: str = ""
    message: str = ""


@transaction.atomic
def record_members(
    *, reports: Sequence[CountedMembers], client: ApiClient | None, at: datetime
) -> list[MembersAnswer]:
    """
    Answers in the order of the reports. The same report again is a duplicate and changes nothing.

    A refused report leaves the others alone. It needs the same few queries for one or a thousand.
    """
    names = {report.subscription for report in reports}
    subscriptions = {
        one.external_id: one for one in Subscription.objects.filter(external_id__in=names)
    }
    known = seat_types_of(subscriptions.values())
    refusals: dict[int, Refusal] = {}
    rows: dict[int, MemberReport] = {}
    for place, report in enumerate(reports):
        try:
            subscription = subscription_of(report, subscriptions)
            check(report, known[subscription.pk], at)
        except Refusal as refusal:
            refusals[place] = refusal
        else:
            rows[place] = row_of(report, subscription, client, at)
    MemberReport.objects.bulk_create(rows.values(), ignore_conflicts=True)
    kept = kept_rows(rows.values())
    return [
        refused(report, refusals[place])
        if place in refusals
        else answer(report, rows[place], kept[rows[place].subscription_id, report.reported_at])
        for place, report in enumerate(reports)
    ]


def seat_types_of(subscriptions: Iterable[Subscription]) -> Mapping[UUID, set[str]]:
    """Codes of the plan each began with, and of those its ledger names. Two queries."""
    plans = {one.pk: one.plan_id for one in subscriptions}
    by_plan: defaultdict[UUID, set[str]] = defaultdict(set)
    for plan_id, code in SeatType.objects.filter(plan__in=plans.values()).values_list(
        "plan_id", "code"
    ):
        by_plan[plan_id].add(code)
    codes: defaultdict[UUID, set[str]] = defaultdict(set)
    for key, plan_id in plans.items():
        codes[key] |= by_plan[plan_id]
    held = SeatLedgerEntry.objects.filter(subscription__in=plans).order_by()
    for key, code in held.values_list("subscription_id", "seat_type__code").distinct():
        codes[key].add(code)
    return codes


def subscription_of(
    report: CountedMembers, subscriptions: Mapping[str, Subscription]
) -> Subscription:
    """:raises SubscriptionUnknown: if there is none of this external id"""
    found = subscriptions.get(report.subscription)
    if found is None:
        raise SubscriptionUnknown(report.subscription)
    return found


def check(report: CountedMembers, known: set[str], at: datetime) -> None:
    """
    :raises SeatTypeUnknown: if it counts what the subscription does not sell
    :raises ReportedAhead: if it says what will be
    """
    for code in report.counts:
        if code not in known:
            raise SeatTypeUnknown(code, sorted(known))
    if report.reported_at > at + CLOCKS_DIFFER:
        raise ReportedAhead("A count can only be of now or earlier. Check the sender's clock.")


def row_of(
    report: CountedMembers, subscription: Subscription, client: ApiClient | None, at: datetime
) -> MemberReport:
    return MemberReport(
        customer_id=subscription.customer_id,
        subscription=subscription,
        counts=dict(report.counts),
        grantees={code: sorted(ids) for code, ids in report.grantees.items()},
        reported_at=report.reported_at,
        received_at=at,
        client=client,
    )


def kept_rows(rows: Iterable[MemberReport]) -> Mapping[tuple[UUID, datetime], MemberReport]:
    """What is stored now for the same subscriptions and instants. One query."""
    wanted = Q()
    instants: defaultdict[datetime, list[UUID]] = defaultdict(list)
    for row in rows:
        instants[row.reported_at].append(row.subscription_id)
    for instant, keys in instants.items():
        wanted |= Q(reported_at=instant, subscription__in=keys)
    if not instants:
        return {}
    return {
        (one.subscription_id, one.reported_at): one for one in MemberReport.objects.filter(wanted)
    }


def answer(report: CountedMembers, row: MemberReport, kept: MemberReport) -> MembersAnswer:
    if kept.pk == row.pk:
        return MembersAnswer(report.subscription, "recorded")
    if (kept.counts, kept.grantees) == (row.counts, row.grantees):
        return MembersAnswer(report.subscription, "duplicate")
    return refused(
        report,
        ReportedDifferently(
            "Other members were reported for this instant before. A report stays as it was; send a "
            "new one with its own reported_at."
        ),
    )


def refused(report: CountedMembers, refusal: Refusal) -> MembersAnswer:
    return MembersAnswer(report.subscription, "refused", refusal.code, refusal.message)
