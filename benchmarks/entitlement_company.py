"""A customer of a hundred people lived by the operations, its rows copied until there are many."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import Group
from accounts.operations.register_customer import register_customer
from benchmarks.desk_company import copy_customer
from billing.models import Plan
from billing.operations.add_plan import EntitledFeature, entitle
from billing.operations.receive_events import receive_events
from billing.operations.record_usage import ReportedUsage, record_usage
from billing.operations.start_subscription import start_subscription
from billing.records.incoming import IncomingEvent

PEOPLE_EACH = 100
CUSTOMER, SUBSCRIPTION = "people", "s-people"
FEATURES = (
    EntitledFeature("boards.edit", "Edit boards"),
    EntitledFeature("sso", "Single sign-on"),
    EntitledFeature("exports", "Exports", "exports", 200),
    EntitledFeature("credits", "Credits", "credits", 10_000, "subscription"),
)


@transaction.atomic
def build_people(people: int, plan: Plan, *, now: datetime) -> None:
    """People with a seat and some usage, `PEOPLE_EACH` at each customer."""
    entitle(plan.seat_types.get(), FEATURES)
    customer = register_customer(
        external_id=CUSTOMER, legal_name="People Ltd", country="IE", currency="EUR",
        billing_owner_name="Olga Owner", billing_owner_email="olga@people.example", at=now,
    )  # fmt: skip
    since = now - timedelta(days=40)
    start_subscription(
        customer=customer, plan=plan, external_id=SUBSCRIPTION, currency="EUR",
        interval_unit="month", interval_count=1, seats={"member": 0}, starts_on=since.date(),
        source="bench", source_event_id="start", at=since,
    )  # fmt: skip
    Group.objects.create(customer=customer, external_id="sales", name="Sales")
    given = [
        IncomingEvent(
            source="bench", source_event_id=f"give-{k}", kind="seat_added", seat_type="member",
            subscription=SUBSCRIPTION, grantee=f"p-{k}", group="sales",
        )
        for k in range(PEOPLE_EACH)
    ]  # fmt: skip
    receive_events(events=given, client=None, at=now - timedelta(days=30))
    used = [
        ReportedUsage("bench", f"{code}-{k}", CUSTOMER, code, 1 + k % 150, f"p-{k}")
        for k in range(PEOPLE_EACH)
        for code in ("exports", "credits")
    ]
    record_usage(reports=used, client=None, at=now)
    copy_customer(customer, first=1, count=people // PEOPLE_EACH - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
