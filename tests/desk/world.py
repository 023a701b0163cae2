"""A small world for the pages of the desk: customers with ledgers, invoices and refusals."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from accounts.models import BillingOwner, Customer, Grantee, Group, Membership
from billing.models import (
    EntitlementEvent,
    Invoice,
    InvoiceLine,
    InvoiceRun,
    LedgerHead,
    NumberSeries,
    Plan,
    Price,
    Product,
    RatedSpan,
    Rating,
    SeatLedgerEntry,
    SeatPolicy,
    SeatType,
    StageRefusal,
    Subscription,
)
from tax.models import BillingEntity, SellerAssignment

START = datetime(2026, 1, 31, tzinfo=UTC)
KNOWN_LATER = timedelta(hours=5)


@dataclass
class Catalog:
    plan: Plan
    member: SeatType
    price: Price
    policy: SeatPolicy
    entity: BillingEntity
    series: NumberSeries


def make_catalog() -> Catalog:
    product = Product.objects.create(code="works", name="Works")
    plan = Plan.objects.create(product=product, code="team", name="Team")
    member = SeatType.objects.create(plan=plan, code="member", name="Member")
    price = Price.objects.create(
        seat_type=member,
        currency="EUR",
        interval_unit="month",
        version=1,
        tiers=[{"up_to": None, "price_minor": 800}],
        effective_from=date(2025, 1, 1),
        published_at=START,
    )
    policy = SeatPolicy.objects.create(
        plan=plan,
        interval_unit="month",
        version=1,
        settings={"decrease_credit": "none"},
        effective_from=date(2025, 1, 1),
        published_at=START,
    )
    entity = BillingEntity.objects.create(
        code="IE",
        legal_name="Seatworks Ltd",
        address_line1="1 Quay",
        city="Dublin",
        country="IE",
        currency="EUR",
    )
    series = NumberSeries.objects.create(billing_entity=entity, kind="invoice", prefix="IE-")
    return Catalog(plan, member, price, policy, entity, series)


def make_customer(catalog: Catalog, number: int = 1) -> Subscription:
    """A customer with an owner, a group, a grantee, a seller and a subscription without seats."""
    customer = Customer.objects.create(
        external_id=f"acme-{number}",
        legal_name=f"Acme {number} GmbH",
        address_line1="Hauptstr. 1",
        city="Berlin",
        country="DE",
        currency="EUR",
        time_zone="Europe/Berlin",
    )
    BillingOwner.objects.create(
        customer=customer, name="Olga Owner", email=f"olga{number}@example.com", is_primary=True
    )
    group = Group.objects.create(customer=customer, external_id="everyone", name="Everyone")
    grantee = Grantee.objects.create(external_id=f"user-{number}", name="Uma User")
    Membership.objects.create(customer=customer, group=group, grantee=grantee)
    SellerAssignment.objects.create(customer=customer, billing_entity=catalog.entity)
    LedgerHead.objects.create(customer=customer)
    return Subscription.objects.create(
        customer=customer,
        external_id=f"sub-{number}",
        plan=catalog.plan,
        currency="EUR",
        interval_unit="month",
        starts_on=START.date(),
        anchor_day=31,
        time_zone="Europe/Berlin",
        rate_due_at=START,
    )


def write_entry(
    catalog: Catalog,
    subscription: Subscription,
    *,
    added: int = 0,
    removed: int = 0,
    at: datetime,
    recorded_at: datetime | None = None,
    corrects: SeatLedgerEntry | None = None,
    voids: bool = False,
) -> SeatLedgerEntry:
    """One event with one entry, at the end of the customer's ledger."""
    head = LedgerHead.objects.get(customer=subscription.customer_id)
    head.position += 1
    head.save()
    kind = "correction" if corrects else "seat_removed" if removed else "seat_added"
    recorded = recorded_at or at + KNOWN_LATER
    event = EntitlementEvent.objects.create(
        customer=subscription.customer,
        subscription=subscription,
        source="idp",
        source_event_id=f"event-{head.position}",
        kind=kind,
        actor="anna@example.com",
        effective_at=at,
        recorded_at=recorded,
        corrects=corrects.event if corrects else None,
        payload={"quantity": added or removed},
        digest="0" * 64,
    )
    return SeatLedgerEntry.objects.create(
        customer=subscription.customer,
        subscription=subscription,
        position=head.position,
        event=event,
        seat_type=catalog.member,
        kind=kind,
        from_state="active" if removed else "",
        to_state="removed" if removed else "active",
        quantity=added or removed,
        balance_after=added,
        seat_policy=catalog.policy,
        billing_cycle_anchor=START.date(),
        effective_at=at,
        recorded_at=recorded,
        corrects=corrects,
        voids=voids,
        digest="1" * 64,
    )


def write_invoice(
    catalog: Catalog,
    subscription: Subscription,
    entries: list[SeatLedgerEntry],
    *,
    is_final: bool = True,
    corrects: list[RatedSpan] | None = None,
) -> Invoice:
    """An invoice with a line of 80.00 for each entry, finalized unless asked to stay a draft."""
    invoice = Invoice.objects.create(
        customer=subscription.customer,
        billing_entity=catalog.entity,
        kind="invoice",
        currency="EUR",
        cycle_date=START.date(),
        drafted_at=START,
        finalize_after=START + timedelta(days=1),
        language="en",
        time_zone="Europe/Berlin",
        paper="A4",
    )
    number = subscription.ratings.count() + 1
    rating = Rating.objects.create(
        customer=subscription.customer,
        subscription=subscription,
        number=number,
        as_of=START,
        rated_at=START,
        known_position=len(entries),
    )
    for position, entry in enumerate(entries, start=1):
        span = RatedSpan.objects.create(
            customer=subscription.customer,
            subscription=subscription,
            rating=rating,
            period_first=date(2026, 1, 31),
            period_after=date(2026, 2, 28),
            basis=f"member/{position}",
            kind="recurring",
            seat_type=catalog.member,
            price=catalog.price,
            seat_policy=catalog.policy,
            quantity=10,
            seat_days=280,
            unit_price_minor=800,
            span_first=date(2026, 1, 31),
            span_after=date(2026, 2, 28),
            amount_minor=8000,
            formula={},
            entry_ids=[entry.pk],
            corrects_spans=[span.pk for span in corrects or []],
        )
        InvoiceLine.objects.create(
            customer=subscription.customer,
            invoice=invoice,
            position=position,
            rated_span=span,
            kind="recurring",
            seat_type_code="member",
            seat_type_name="Member",
            plan_name="Team",
            description="Member seats",
            quantity=10,
            seat_days=280,
            unit_price_minor=800,
            span_first=date(2026, 1, 31),
            span_after=date(2026, 2, 28),
            amount_minor=8000,
            formula="10 seats × 8.00 = 80.00",
        )
    total = 8000 * len(entries)
    Invoice.objects.filter(pk=invoice.pk).update(subtotal_minor=total)
    if is_final:
        finalize(catalog, invoice, total)
    invoice.refresh_from_db()
    return invoice


def finalize(catalog: Catalog, invoice: Invoice, total: int) -> None:
    catalog.series.last_number += 1
    catalog.series.save()
    Invoice.objects.filter(pk=invoice.pk).update(
        state="finalized",
        number=f"IE-{catalog.series.last_number:06d}",
        sequence=catalog.series.last_number,
        series=catalog.series,
        issued_at=START + timedelta(days=1),
        due_date=date(2026, 3, 3),
        tax_minor=0,
        total_minor=total,
        amount_due_minor=total,
        seller={"legal_name": "Seatworks Ltd", "country": "IE"},
        buyer={"legal_name": invoice.customer.legal_name, "country": "DE"},
    )


def refuse(subscription: Subscription, *, run: InvoiceRun | None = None) -> StageRefusal:
    """An open refusal of the rate stage."""
    return StageRefusal.objects.create(
        stage="rate",
        subject_id=subscription.pk,
        subject_label=subscription.external_id,
        run=run,
        code="price_missing",
        message="No price holds on 2026-01-31. Publish one, then try again.",
        first_at=START,
        last_at=START,
    )


def make_run(**given: object) -> InvoiceRun:
    return InvoiceRun.objects.create(
        **{"as_of": START, "trigger": "schedule", "started_at": START, **given}
    )
