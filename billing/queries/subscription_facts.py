"""A subscription as the API shows it: what was bought, and the seats the ledger holds at an instant."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from billing.calc.accept import balances_of
from billing.models import Subscription
from billing.queries.find_subject import as_uuid
from billing.records.subscription_book import load_subscription_books


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """`seats`: how many by seat type and state, after every event effective by `as_of`."""

    id: UUID
    external_id: str
    customer: str
    plan: str
    currency: str
    interval_unit: str
    interval_count: int
    starts_on: date
    ends_on: date | None
    anchor_day: int
    time_zone: str
    term_months: int | None
    commitment: dict[str, Any]
    seat_limit_behavior: str
    state: str
    next_billing_at: datetime | None
    as_of: datetime
    seats: dict[str, dict[str, int]]


def find_subscription(name: str) -> Subscription | None:
    """By its external id, or by ours."""
    key = as_uuid(name)
    wanted = Q(external_id=name) | Q(pk=key) if key else Q(external_id=name)
    return Subscription.objects.select_related("customer", "plan").filter(wanted).first()


def subscription_facts(subscription: Subscription, *, at: datetime) -> SubscriptionFacts:
    book = load_subscription_books(subscriptions=[subscription])[subscription.pk]
    known = book.rating_input(as_of=at, rated_at=at, settled_at=None)
    balances = balances_of(known.facts, at=at)
    codes = dict.fromkeys([*known.terms.seat_types, *balances.seats])
    return SubscriptionFacts(
        id=subscription.pk,
        external_id=subscription.external_id,
        customer=subscription.customer.external_id,
        plan=subscription.plan.code,
        currency=subscription.currency,
        interval_unit=subscription.interval_unit,
        interval_count=subscription.interval_count,
        starts_on=subscription.starts_on,
        ends_on=subscription.ends_on,
        anchor_day=subscription.anchor_day,
        time_zone=subscription.time_zone,
        term_months=subscription.term_months,
        commitment=subscription.commitment,
        seat_limit_behavior=subscription.seat_limit_behavior,
        state=subscription.state,
        next_billing_at=subscription.rate_due_at,
        as_of=at,
        seats={
            code: {state: count for state, count in balances.seats.get(code, {}).items() if count}
            for code in codes
        },
    )
