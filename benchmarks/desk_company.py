"""A company of any size for measuring pages: three customers lived through by the operations, then copied by SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction

from accounts.models import Customer, Grantee, Membership
from accounts.operations.register_customer import register_customer
from benchmarks.company import build_plan, set_up_tax
from billing.enums import PaymentMethodKind
from billing.models import Invoice, Plan
from billing.operations.ask_exception import ask_exception
from billing.operations.push_flow import push_flow
from billing.operations.receive_events import receive_events
from billing.operations.record_payment import record_payment
from billing.operations.set_up_books import set_up_books
from billing.operations.start_subscription import start_subscription
from billing.pipeline import STAGES
from billing.records.incoming import IncomingEvent
from dunning.operations.set_up_campaigns import set_up_campaigns
from dunning.pipeline import STAGES as RECOVERY
from kernel.money import Money
from tax.models import BillingEntity
from tax.operations.assign_seller import assign_seller

PAPERLESS = tuple(stage for stage in STAGES if stage.name != "render")
COPIED_APPS = ("accounts", "tax", "billing", "dunning")
CHUNK = 10_000
NAMES = (
    "Aurora", "Borealis", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Iris", "Juniper",
    "Kestrel", "Lumen", "Meridian", "Nimbus", "Orchid", "Pioneer", "Quartz", "Ridge", "Summit", "Tundra",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """A customer that was lived through, and how many of a hundred customers are like it."""

    customer: Customer
    percent: int


def fill(customers: int, *, now: datetime) -> None:
    """
    Three customers with two months of history, copied until there are `customers`.

    Copies keep every row and link of the first, with keys derived from theirs; triggers and foreign
    keys are off while copying, so that it is as fast as COPY.
    """
    number = 0
    with transaction.atomic():
        for share in live(now=now):
            count = customers * share.percent // 100
            copy_customer(share.customer, first=number + 1, count=count)
            number += count
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def live(*, now: datetime) -> tuple[Share, ...]:
    """
    One who pays, one who does not (and is in recovery), one whose draft is held for tax. Run late in a
    month, so that the second invoice is paid by the one and overdue for the other.
    """
    this_month = now.astimezone(UTC).date().replace(day=1)
    start = (this_month - timedelta(days=1)).replace(day=1)
    entity = BillingEntity.objects.create(
        code="BM", legal_name="Benchmark Ltd", address_line1="1", city="Dublin", country="IE",
        currency="EUR",
    )  # fmt: skip
    set_up_tax(entity)
    set_up_books()
    set_up_campaigns(at=at_of(start))
    plan = build_plan()
    begin = at_of(start)
    good = begin_customer("good", "IE", plan, entity, at=begin)
    late = begin_customer("late", "IE", plan, entity, at=begin)
    held = begin_customer("held", "FR", plan, entity, at=begin)
    push_flow(stages=PAPERLESS, at=begin + timedelta(minutes=5))
    grow((good, late, held), at=begin + timedelta(days=11))
    pay(good, at=begin + timedelta(days=12))
    push_flow(stages=PAPERLESS, at=at_of(this_month) + timedelta(minutes=5))
    pay(good, at=min(now, at_of(this_month) + timedelta(days=2)))
    push_flow(stages=RECOVERY, at=now)
    push_flow(stages=STAGES, at=now)
    ask(late, at=now - timedelta(hours=30))
    return Share(good, 90), Share(late, 8), Share(held, 2)


def at_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def begin_customer(
    name: str, country: str, plan: Plan, entity: BillingEntity, *, at: datetime
) -> Customer:
    customer = register_customer(
        external_id=f"bench-{name}", legal_name=f"Bench {name}", country=country, currency="EUR",
        city="Cork", tax_number="FR40303265045" if country == "FR" else "IE6433435F",
        payment_terms_days=14, billing_owner_name="Olga Owner",
        billing_owner_email=f"{name}@bench.example", at=at,
    )  # fmt: skip
    assign_seller(customer=customer, billing_entity=entity)
    start_subscription(
        customer=customer, plan=plan, external_id=f"s-{name}", currency="EUR",
        interval_unit="month", interval_count=1, starts_on=at.date(), seats={"member": 10},
        source="bench", source_event_id="start", at=at,
    )  # fmt: skip
    return customer


def grow(customers: Iterable[Customer], *, at: datetime) -> None:
    receive_events(
        events=[
            IncomingEvent(
                source="bench", source_event_id=f"joined-{one.external_id}", kind="seat_added",
                subscription=one.external_id.replace("bench", "s"), seat_type="member",
                grantee=f"user-{one.external_id}",
            )
            for one in customers
        ],
        client=None,
        at=at,
    )  # fmt: skip


def pay(customer: Customer, *, at: datetime) -> None:
    """The latest invoice, whole."""
    invoice = Invoice.objects.exclude(number="").filter(customer=customer).latest("cycle_date")
    record_payment(
        customer=customer, billing_entity=invoice.billing_entity,
        method=PaymentMethodKind.BANK_TRANSFER,
        money=Money(invoice.amount_due_minor or 0, invoice.currency), paid_on=at.date(), at=at,
        invoices=[invoice.pk],
    )  # fmt: skip


def ask(customer: Customer, *, at: datetime) -> None:
    """A write-off that waits for a decision."""
    ben = User.objects.create_user("bench-ben", is_staff=True)
    ben.groups.add(Group.objects.get(name="analyst"))
    invoice = Invoice.objects.exclude(number="").filter(customer=customer).earliest("cycle_date")
    ask_exception(
        kind="write_off", subject=invoice.number,
        terms={"amount_minor": invoice.amount_due_minor}, reason="They closed", by=ben, at=at,
    )  # fmt: skip


def copy_customer(customer: Customer, *, first: int, count: int) -> None:
    """Its rows of every table, `count` times, numbered from `first`."""
    rows = rows_of(customer)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model, keys in rows.items():
            for begin in range(first, first + count, CHUNK):
                end = min(begin + CHUNK, first + count) - 1
                cursor.execute(copy_statement(model, rows), [begin, end, keys])
        cursor.execute("SET session_replication_role = origin")


Rows = dict[type[models.Model], list[UUID]]


def rows_of(customer: Customer) -> Rows:
    """Keys of all rows that belong to a customer, by table, found along foreign keys."""
    rows: Rows = {Customer: [customer.pk]}
    people = Membership.objects.filter(customer=customer).values_list("grantee", flat=True)
    rows[Grantee] = sorted(set(people))
    tables = [
        model
        for model in apps.get_models()
        if model._meta.app_label in COPIED_APPS and not model.__name__.startswith("Historical")
    ]
    grew = True
    while grew:
        grew = False
        for model in tables:
            found = owned(model, rows)
            if set(found) - set(rows.get(model, ())):
                rows[model], grew = sorted({*found, *rows.get(model, ())}), True
    return rows


def owned(model: type[models.Model], rows: Rows) -> Sequence[Any]:
    """Keys of a table's rows that point at a row that is copied already."""
    wanted = models.Q()
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and target in rows and target is not model:
            wanted |= models.Q(**{f"{field.name}__in": rows[target]})
    if not wanted or not isinstance(pk_field(model), models.UUIDField):
        return ()
    return list(model._default_manager.filter(wanted).values_list("pk", flat=True))


def pk_field(model: type[models.Model]) -> "models.Field[Any, Any]":
    """The column behind the key: that of the parent, where the key is a foreign key."""
    field = model._meta.pk
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def copy_statement(model: type[models.Model], rows: Rows) -> str:
    """INSERT … SELECT of the template's rows times the numbers of a span."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(value_of(model, field, rows) for field in fields)
    table = model._meta.db_table
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {values} '
        f'FROM "{table}" AS t CROSS JOIN generate_series(%s::int, %s::int) AS n '
        f'WHERE t."{model._meta.pk.column}" = ANY(%s)'
    )


def value_of(model: type[models.Model], field: "models.Field[Any, Any]", rows: Rows) -> str:
    """How a column of a copy comes from the template's: keys derived, unique words numbered."""
    column = f't."{field.column}"'
    special = SPECIAL.get((model.__name__, field.name))
    if special:
        return special
    target = field.related_model
    if isinstance(target, type):
        return mapped_key(column, target, rows)
    if isinstance(field, models.UUIDField):
        return f"md5({column}::text || n)::uuid"
    if isinstance(field, ArrayField) and isinstance(field.base_field, models.UUIDField):
        return f"ARRAY(SELECT md5(e::text || n)::uuid FROM unnest({column}) AS e)"
    if is_unique_word(model, field):
        return f"CASE WHEN {column} = '' THEN '' ELSE {column} || '-' || n END"
    return column


def mapped_key(column: str, target: type[models.Model], rows: Rows) -> str:
    """The copy's own, if what it points at is copied too."""
    if target not in rows:
        return column
    keys = ", ".join(f"'{key}'::uuid" for key in rows[target])
    return f"CASE WHEN {column} IN ({keys}) THEN md5({column}::text || n)::uuid ELSE {column} END"


def is_unique_word(model: type[models.Model], field: "models.Field[Any, Any]") -> bool:
    """Unique by itself, as a whole column or in a constraint of one field."""
    if not isinstance(field, models.CharField):
        return False
    alone = any(
        isinstance(one, models.UniqueConstraint) and tuple(one.fields) == (field.name,)
        for one in model._meta.constraints
    )
    return field.unique or alone


NAME = "(ARRAY[" + ", ".join(f"'{name}'" for name in NAMES) + "])[1 + n %% 20]"
SPECIAL = {
    ("Customer", "legal_name"): f"{NAME} || ' ' || n || ' GmbH'",
    ("Customer", "tax_number"): "'IE' || (1000000 + n) || 'F'",
    ("BillingOwner", "email"): "'owner-' || n || '@bench.example'",
    ("Grantee", "email"): "'user-' || n || '@bench.example'",
    ("Invoice", "sequence"): 't."sequence" + 10 * n',
    ("ExceptionRequest", "number"): "'EX-' || (100000 + n)",
}
