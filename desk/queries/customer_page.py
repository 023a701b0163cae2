"""A customer as the desk shows it: who pays, who uses, what is bought, and what was written down."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from accounts.enums import MembershipState
from accounts.models import BillingOwner, Customer, Membership
from billing.models import Invoice, InvoiceLine, SeatLedgerEntry, Subscription
from billing.queries.credit import credit_balances
from desk.queries.entries import EntryRow, entry_row
from desk.queries.invoice_list import InvoiceRow, invoice_row
from desk.queries.seat_history import SeatHistory

LEDGER_PAGE = 25
INVOICES_SHOWN = 24


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Somebody who pays. `portal`: what they may do there and whether they ever signed in, in words."""

    id: UUID
    name: str
    email: str
    is_primary: bool
    receives_invoices: bool
    portal: str


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """The head of the page. `credit` is the balance by currency in minor units."""

    id: UUID
    legal_name: str
    external_id: str
    status: str
    is_active: bool
    country: str
    currency: str
    language: str
    time_zone: str
    payment_terms_days: int
    tax_number: str
    seller: str
    owners: tuple[OwnerRow, ...]
    groups: int
    grantees: int
    credit: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SeatCount:
    """Seats of a type in a state."""

    seat_type: str
    state: str
    seats: int


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A purchase. `next_billing` is when the rate stage takes it next."""

    id: UUID
    external_id: str
    plan: str
    interval: str
    currency: str
    starts_on: date
    ends_on: date | None
    anchor_day: int
    time_zone: str
    state: str
    is_active: bool
    limit_behavior: str
    commitment: dict[str, int]
    next_billing: datetime | None
    seats: tuple[SeatCount, ...]


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """An invoice line that an entry explains."""

    invoice_id: UUID
    label: str
    position: int


@dataclass(frozen=True, slots=True)
class LedgerRow:
    entry: EntryRow
    subscription: str
    lines: tuple[ExplainedLine, ...]


def customer_facts(customer_id: UUID) -> CustomerFacts | None:
    """Four queries."""
    customer = (
        Customer.objects.select_related("seller_assignment__billing_entity")
        .annotate(group_count=Count("groups"))
        .filter(pk=customer_id)
        .first()
    )
    if customer is None:
        return None
    grantees = (
        Membership.objects.filter(customer=customer)
        .exclude(state=MembershipState.REMOVED)
        .aggregate(people=Count("grantee", distinct=True))
    )
    held = credit_balances([customer.pk])
    assignment = getattr(customer, "seller_assignment", None)
    return CustomerFacts(
        id=customer.pk,
        legal_name=customer.legal_name,
        external_id=customer.external_id,
        status=customer.get_status_display(),
        is_active=customer.status == "active",
        country=customer.country,
        currency=customer.currency,
        language=customer.language,
        time_zone=customer.time_zone,
        payment_terms_days=customer.payment_terms_days,
        tax_number=customer.tax_number,
        seller=str(assignment.billing_entity) if assignment else "",
        owners=tuple(
            OwnerRow(
                one.pk,
                one.name,
                one.email,
                one.is_primary,
                one.receives_invoices,
                portal_words(one),
            )
            for one in customer.billing_owners.select_related("user")
        ),
        groups=customer.group_count,
        grantees=grantees["people"],
        credit=tuple((currency, minor) for (_, currency), minor in held.items()),
    )


def portal_words(owner: BillingOwner) -> str:
    if not owner.manages_billing:
        return "no billing rights in the portal"
    if owner.user is None:
        return "not invited to the portal"
    if owner.user.last_login is None:
        return "invited to the portal, never signed in"
    return f"last in the portal {owner.user.last_login:%Y-%m-%d}"


def subscription_rows(*, customer_id: UUID, history: SeatHistory) -> tuple[SubscriptionRow, ...]:
    """One query; seats come from the history."""
    seats: dict[UUID, list[SeatCount]] = defaultdict(list)
    for series in history.series:
        seats[series.subscription_id] += [
            SeatCount(series.seat_type, state, count) for state, count in series.states
        ]
    subscriptions = Subscription.objects.filter(customer=customer_id).select_related("plan")
    return tuple(
        SubscriptionRow(
            id=one.pk,
            external_id=one.external_id,
            plan=one.plan.name,
            interval=interval_words(one),
            currency=one.currency,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            anchor_day=one.anchor_day,
            time_zone=one.time_zone,
            state=one.get_state_display(),
            is_active=one.state == "active",
            limit_behavior=one.get_seat_limit_behavior_display() or "As the policy says",
            commitment=one.commitment,
            next_billing=one.rate_due_at,
            seats=tuple(seats[one.pk]),
        )
        for one in subscriptions
    )


def interval_words(subscription: Subscription) -> str:
    """ "every month", "every 3 months"."""
    unit, count = subscription.interval_unit, subscription.interval_count
    if (unit, count) == ("month", 12):
        return "every year"
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


def customer_invoices(customer_id: UUID) -> tuple[InvoiceRow, ...]:
    rows = Invoice.objects.filter(customer=customer_id).select_related(
        "customer", "billing_entity", "receivable"
    )
    return tuple(invoice_row(row) for row in rows.order_by("-cycle_date", "-pk")[:INVOICES_SHOWN])


def ledger_rows(*, customer_id: UUID, before: int | None = None) -> tuple[LedgerRow, ...]:
    """Two queries: the latest entries before a position, and the lines each explains."""
    wanted = Q(customer=customer_id) & (Q(position__lt=before) if before else Q())
    entries = list(
        SeatLedgerEntry.objects.filter(wanted)
        .select_related("event", "seat_type", "corrects", "grantee", "group", "subscription")
        .order_by("-position")[:LEDGER_PAGE]
    )
    lines = lines_explained(customer_id=customer_id, entry_ids=[entry.pk for entry in entries])
    return tuple(
        LedgerRow(entry_row(entry), entry.subscription.external_id, tuple(lines[entry.pk]))
        for entry in entries
    )


def lines_explained(
    *, customer_id: UUID, entry_ids: Sequence[UUID]
) -> dict[UUID, list[ExplainedLine]]:
    """One query from entries to the invoice lines they explain."""
    wanted = set(entry_ids)
    lines = (
        InvoiceLine.objects.filter(
            customer=customer_id, rated_span__entry_ids__overlap=list(wanted)
        )
        .select_related("invoice", "rated_span")
        .order_by("invoice__cycle_date", "position")
    )
    explained: dict[UUID, list[ExplainedLine]] = defaultdict(list)
    for line in lines:
        for entry_id in wanted.intersection(line.rated_span.entry_ids if line.rated_span else ()):
            label = line.invoice.number or "Draft"
            explained[entry_id].append(ExplainedLine(line.invoice_id, label, line.position))
    return explained
