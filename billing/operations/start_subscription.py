"""Start a subscription: its terms, its first event and one ledger entry for each seat type."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import ApiClient, Customer
from billing.enums import EventKind
from billing.models import Plan, Subscription
from billing.operations.append_ledger import Appender
from billing.operations.change_terms import catalog_prices, interval_label
from billing.operations.receive_events import answer
from billing.operations.refusals import PolicyMissing, SeatTypeUnknown, SubscriptionExists
from billing.records.catalog_book import load_catalog_book
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import load_ledger_batch, local_midnight
from kernel.refusal import Refusal


class StartRefused(Refusal):
    """The first event was refused; carries its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc]


@transaction.atomic
def start_subscription(
    *,
    customer: Customer,
    plan: Plan,
    external_id: str,
    currency: str,
    interval_unit: str,
    interval_count: int,
    starts_on: date,
    seats: Mapping[str, int],
    anchor_day: int | None = None,
    time_zone: str | None = None,
    term_months: int | None = None,
    commitment: Mapping[str, int] | None = None,
    ends_on: date | None = None,
    seat_limit_behavior: str = "",
    source: str,
    source_event_id: str,
    actor: str = "",
    client: ApiClient | None = None,
    at: datetime,
) -> Subscription:
    """
    Dates are local to the time zone (default: the customer's); the anchor day defaults to the start's.

    :raises SubscriptionExists: SeatTypeUnknown, PriceMissing, PolicyMissing, or what `accept` refuses
    """
    if Subscription.objects.filter(external_id=external_id).exists():
        raise SubscriptionExists(external_id)
    check_catalog(plan=plan, currency=currency, cycle=(interval_unit, interval_count))
    codes = list(plan.seat_types.order_by("display_order", "code").values_list("code", flat=True))
    for seat_type in (*seats, *(commitment or {})):
        if seat_type not in codes:
            raise SeatTypeUnknown(plan.code, seat_type)

    zone = time_zone or customer.time_zone
    starts_at = local_midnight(starts_on, ZoneInfo(zone))
    subscription = Subscription.objects.create(
        customer=customer, external_id=external_id, plan=plan, currency=currency,
        interval_unit=interval_unit, interval_count=interval_count, starts_on=starts_on,
        ends_on=ends_on, anchor_day=anchor_day or starts_on.day, time_zone=zone,
        term_months=term_months, commitment=dict(commitment or {}),
        seat_limit_behavior=seat_limit_behavior, rate_due_at=starts_at,
    )  # fmt: skip
    event = IncomingEvent(
        source=source,
        source_event_id=source_event_id,
        kind=EventKind.SUBSCRIPTION_STARTED,
        subscription=external_id,
        seats={code: seats.get(code, 0) for code in codes},
        effective_at=starts_at,
        actor=actor,
    )
    record_start(event, subscription=subscription, client=client, at=at)
    return subscription


def check_catalog(*, plan: Plan, currency: str, cycle: tuple[str, int]) -> None:
    """Every seat type has a price and the plan a policy, or nothing could be rated later."""
    catalog = load_catalog_book(plan_ids={plan.pk}, price_ids=set())
    catalog_prices(catalog, plan=plan, currency=currency, cycle=cycle)
    if not catalog.policies.get((plan.pk, cycle)):
        raise PolicyMissing(plan.code, interval_label(cycle))


def record_start(
    event: IncomingEvent,
    *,
    subscription: Subscription,
    client: ApiClient | None,
    at: datetime,
) -> None:
    batch = load_ledger_batch(
        events=[event], subscriptions={subscription.external_id: subscription}
    )
    appender = Appender(batch=batch, client=client, at=at)
    outcome = answer(event, batch=batch, appender=appender, at=at)
    if outcome.status == "refused":
        raise StartRefused(outcome.code, outcome.message)
    appender.write()
