"""Many customers with ten seats and about ten traced lines each, written in bulk for measuring."""

from datetime import UTC, date, datetime

from django.db import transaction
from uuid6 import uuid7

from accounts.models import Customer
from accounts.operations.issue_api_key import issue_api_key
from billing.models import Plan, Product, Subscription
from billing.operations.add_plan import NewSeatType, add_plan
from billing.operations.publish_policy import publish_policy
from billing.operations.publish_price import publish_price
from billing.operations.receive_events import receive_events
from billing.records.incoming import IncomingEvent
from tax.models import BillingEntity, MarketChecklist, SellerAssignment, TaxRegistration

START = datetime(2026, 1, 1, tzinfo=UTC)
DUE = datetime(2026, 2, 1, tzinfo=UTC)
BATCH = 900
CHANGES = 9


def build_company(customers: int) -> str:
    """Customers with a month of history, due on 1 February 2026; returns an API key."""
    plan = build_plan()
    entity = BillingEntity.objects.create(
        code="BM", legal_name="Benchmark Ltd", address_line1="1", city="Dublin", country="IE",
        currency="EUR",
    )  # fmt: skip
    set_up_tax(entity)
    for first in range(0, customers, BATCH):
        build_customers(plan, entity, range(first, min(first + BATCH, customers)))
    _, key = issue_api_key(name="benchmark", scopes=["events:write"])
    return key


def set_up_tax(entity: BillingEntity) -> None:
    """Irish customers of an Irish seller: every invoice is charged."""
    TaxRegistration.objects.create(
        billing_entity=entity, jurisdiction="IE", number="IE 1", valid_from=date(2024, 1, 1),
        currency="EUR", filing_frequency="two_monthly",
    )  # fmt: skip
    MarketChecklist.objects.create(
        billing_entity=entity, market="IE", billed_where="online", tax_due="due",
        rate_checked=True, text_checked=True, signed_off_at=START,
    )  # fmt: skip


def build_plan() -> Plan:
    product = Product.objects.create(code="bench", name="Bench")
    plan = add_plan(
        product=product, code="bench", name="Bench", seat_types=[NewSeatType("member", "Member")]
    )
    publish_price(
        seat_type=plan.seat_types.get(), currency="EUR", interval_unit="month", interval_count=1,
        mode="per_unit", tiers=[{"up_to": None, "price_minor": 800}],
        effective_from=date(2025, 1, 1), at=START,
    )  # fmt: skip
    publish_policy(
        plan=plan, interval_unit="month", interval_count=1, settings={},
        effective_from=date(2025, 1, 1), at=START,
    )  # fmt: skip
    return plan


@transaction.atomic
def build_customers(plan: Plan, entity: BillingEntity, numbers: range) -> None:
    made = [
        Customer(
            id=uuid7(), external_id=f"bench-{n}", legal_name=f"Bench {n}", country="IE",
            currency="EUR", address_line1="1",
        )
        for n in numbers
    ]  # fmt: skip
    Customer.objects.bulk_create(made)
    SellerAssignment.objects.bulk_create(
        [SellerAssignment(customer=one, billing_entity=entity, assigned_at=START) for one in made]
    )
    Subscription.objects.bulk_create(
        [
            Subscription(
                customer=one, external_id=f"s-{one.external_id}", plan=plan, currency="EUR",
                interval_unit="month", starts_on=START.date(), anchor_day=1, time_zone="UTC",
                rate_due_at=DUE,
            )
            for one in made
        ]
    )  # fmt: skip
    events = [
        IncomingEvent(
            source="bench", source_event_id="start", kind="subscription_started",
            subscription=f"s-{one.external_id}", seats={"member": 1}, effective_at=START,
        )
        for one in made
    ]  # fmt: skip
    receive_events(events=events, client=None, at=START)
    for change in range(CHANGES):
        at = START.replace(day=2 + 3 * change, hour=9)
        receive_events(events=[added(one, change) for one in made], client=None, at=at)


def added(customer: Customer, change: int) -> IncomingEvent:
    return IncomingEvent(
        source="bench", source_event_id=f"add-{change}", kind="seat_added",
        subscription=f"s-{customer.external_id}", seat_type="member",
    )  # fmt: skip
