"""A customer with a plan, told through the operations: the given of most tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from accounts.models import ApiClient, Customer
from accounts.operations.issue_api_key import issue_api_key
from accounts.operations.register_customer import register_customer
from billing.models import Invoice, Plan, Product, SeatLedgerEntry, Subscription
from billing.operations.add_plan import NewSeatType, add_plan
from billing.operations.publish_policy import publish_policy
from billing.operations.publish_price import publish_price
from billing.operations.push_flow import push_flow
from billing.operations.receive_events import EventAnswer, receive_events
from billing.operations.start_subscription import start_subscription
from billing.pipeline import STAGES
from billing.records.incoming import IncomingEvent
from tax.models import BillingEntity
from tax.operations.assign_seller import assign_seller

START = datetime(2026, 1, 15, tzinfo=UTC)
SINCE = date(2025, 1, 1)
PRICES = {"member": 800, "viewer": 0}
PAPERLESS = tuple(stage for stage in STAGES if stage.name != "render")


def day(month: int, day_of_month: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day_of_month, hour, tzinfo=UTC)


@dataclass
class SeatWorld:
    """Acme holds 25 members at 8.00 USD a month from 15 January 2026 on."""

    customer: Customer
    plan: Plan
    entity: BillingEntity
    subscription: Subscription
    client: ApiClient
    key: str

    @classmethod
    def make(cls, settings: Mapping[str, Any] | None = None, **terms: Any) -> "SeatWorld":
        entity = BillingEntity.objects.create(
            code="SW", legal_name="Seatworks Ltd", address_line1="1 Quay", city="Dublin",
            country="IE", currency="EUR", tax_engine="none",
        )  # fmt: skip
        plan = make_plan(settings or {})
        customer = make_customer(entity, "acme")
        subscription = start(plan, customer, "acme-team", **terms)
        client, key = issue_api_key(
            name="product",
            scopes=["events:write", "subscriptions:write", "billing:read"],
        )
        return cls(customer, plan, entity, subscription, client, key)

    def send(self, source_event_id: str, at: datetime, **event: Any) -> EventAnswer:
        """One event recorded at an instant."""
        said = {"kind": "seat_added", "seat_type": "member", "source": "product", **event}
        incoming = IncomingEvent(
            source_event_id=source_event_id,
            **{"subscription": self.subscription.external_id, **said},
        )
        (answer,) = receive_events(events=[incoming], client=self.client, at=at)
        return answer

    def push(self, at: datetime) -> list[Invoice]:
        """Push everything due by an instant; returns what was issued then."""
        push_flow(stages=PAPERLESS, at=at)
        return list(Invoice.objects.filter(issued_at=at).order_by("number"))

    def seats(self, seat_type: str = "member") -> int:
        newest = SeatLedgerEntry.objects.filter(
            subscription=self.subscription, seat_type__code=seat_type
        ).order_by("position")
        return newest.last().balance_after


def make_plan(settings: Mapping[str, Any], code: str = "team", **prices: int) -> Plan:
    product, _ = Product.objects.get_or_create(code="works", defaults={"name": "Works"})
    prices = prices or PRICES
    plan = add_plan(
        product=product,
        code=code,
        name=code.title(),
        seat_types=[NewSeatType(one, one.title()) for one in prices],
    )
    for seat_type in plan.seat_types.all():
        publish_price(
            seat_type=seat_type, currency="USD", interval_unit="month", interval_count=1,
            mode="per_unit", tiers=[{"up_to": None, "price_minor": prices[seat_type.code]}],
            effective_from=SINCE, at=START,
        )  # fmt: skip
    publish_policy(
        plan=plan, interval_unit="month", interval_count=1, settings=settings,
        effective_from=SINCE, at=START,
    )  # fmt: skip
    return plan


def make_customer(entity: BillingEntity | None, external_id: str) -> Customer:
    customer = register_customer(
        external_id=external_id, legal_name=f"{external_id.title()} GmbH", country="DE",
        currency="USD", billing_owner_name="Olga Owner",
        billing_owner_email=f"olga@{external_id}.example", at=START,
    )  # fmt: skip
    if entity:
        assign_seller(customer=customer, billing_entity=entity)
    return customer


def start(plan: Plan, customer: Customer, external_id: str, **terms: Any) -> Subscription:
    said = {"seats": {"member": 25}, "starts_on": START.date(), "at": START, **terms}
    return start_subscription(
        customer=customer, plan=plan, external_id=external_id, currency="USD",
        interval_unit="month", interval_count=1, source="sales",
        source_event_id=f"{external_id}-start", **said,
    )  # fmt: skip


def lines_of(invoice: Invoice) -> list[tuple[str, int, int]]:
    """Kind, quantity and minor units of an invoice's lines."""
    return list(invoice.lines.values_list("kind", "quantity", "amount_minor"))
