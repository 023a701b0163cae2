"""The work list of tax holds: what is missing in plain words, who takes care, and the way out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.urls import reverse

from accounts.queries.paging import Page, page_of
from billing.models import TaxHold

CODES = {
    "market_not_signed_off": "Market not signed off",
    "tax_registration_missing": "No registration there",
    "tax_rate_missing": "No rate on record",
    "location_evidence_missing": "Too little evidence of the place",
    "location_evidence_contradicts": "Evidence contradicts itself",
    "gst_statement_missing": "Statement of GST registration missing",
    "tax_id_unverified": "Tax id not confirmed yet",
    "seller_tax_id_missing": "Our own tax id is missing",
    "taxability_unsure": "Unsure whether it is taxed",
    "exchange_rate_missing": "No exchange rate on record",
    "tax_engine_waiting": "Stripe Tax has not answered",
    "tax_engine_unclear": "Stripe Tax answered something new",
}
CUSTOMER_CODES = frozenset(
    [
        "location_evidence_missing",
        "location_evidence_contradicts",
        "gst_statement_missing",
        "tax_id_unverified",
    ]
)
ENTITY_CODES = frozenset(["seller_tax_id_missing", "tax_engine_waiting", "tax_engine_unclear"])
OWNERS = {"me": "Mine", "nobody": "Nobody's"}


@dataclass(frozen=True, slots=True)
class HoldFilter:
    """What was asked for; empty means any. `owner` is "me" (then `user_id` says who) or "nobody"."""

    search: str = ""
    code: str = ""
    entity: str = ""
    owner: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where a person mends it."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class HoldRow:
    """An open hold; the amount that waits in minor units of its currency, before tax."""

    id: UUID
    code: str
    words: str
    message: str
    customer_id: UUID
    customer_name: str
    invoice_id: UUID
    cycle_date: Any
    entity: str
    market: str
    currency: str
    amount_minor: int
    since: datetime
    checked_at: datetime
    owner: str
    owner_id: int | None
    way_out: WayOut


@dataclass(frozen=True, slots=True)
class CodeSum:
    """How many drafts a code holds, and since when the oldest."""

    code: str
    words: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class AmountSum:
    """What waits in one currency, before tax, in minor units."""

    currency: str
    count: int
    amount_minor: int


def code_words(code: str) -> str:
    """A code this desk does not know yet is shown as words too."""
    return CODES.get(code, code.replace("_", " ").capitalize())


def found_holds(asked: HoldFilter) -> QuerySet[TaxHold]:
    """Open holds, oldest first."""
    rows = TaxHold.objects.filter(released_at=None)
    if asked.search:
        rows = rows.filter(
            Q(customer__legal_name__icontains=asked.search)
            | Q(customer__external_id__iexact=asked.search)
        )
    if asked.code:
        rows = rows.filter(code=asked.code)
    if asked.entity:
        rows = rows.filter(invoice__billing_entity__code=asked.entity)
    if asked.owner == "me":
        rows = rows.filter(owner=asked.user_id)
    elif asked.owner == "nobody":
        rows = rows.filter(owner=None)
    related = rows.select_related("customer", "invoice__billing_entity", "owner")
    return related.order_by("since", "pk")


def hold_list(asked: HoldFilter, *, number: int) -> Page[HoldRow]:
    """One query a page."""
    return page_of(found_holds(asked), number=number, to_row=hold_row)


def hold_row(hold: TaxHold) -> HoldRow:
    invoice = hold.invoice
    return HoldRow(
        id=hold.pk,
        code=hold.code,
        words=code_words(hold.code),
        message=hold.message,
        customer_id=hold.customer_id,
        customer_name=hold.customer.legal_name,
        invoice_id=hold.invoice_id,
        cycle_date=invoice.cycle_date,
        entity=invoice.billing_entity.code,
        market=hold.market,
        currency=invoice.currency,
        amount_minor=invoice.subtotal_minor,
        since=hold.since,
        checked_at=hold.checked_at,
        owner=hold.owner.get_username() if hold.owner else "",
        owner_id=hold.owner_id,
        way_out=way_out(hold),
    )


def way_out(hold: TaxHold) -> WayOut:
    """The page where what is missing can be entered."""
    entity_id = hold.invoice.billing_entity_id
    if hold.code == "market_not_signed_off":
        place = reverse("desk:tax_market_of", args=[entity_id, hold.customer_id])
        return WayOut("Its market's checklist", place)
    if hold.code == "tax_registration_missing":
        return WayOut("Registrations", reverse("desk:tax_registrations"))
    if hold.code in CUSTOMER_CODES:
        label = "Check its tax id" if hold.code == "tax_id_unverified" else "Its evidence"
        return WayOut(label, reverse("desk:customer", args=[hold.customer_id]) + "#tax")
    if hold.code in ENTITY_CODES:
        return WayOut("Billing entity", reverse("admin:tax_billingentity_change", args=[entity_id]))
    return WayOut("Rates and facts", reverse("desk:tax_facts"))


def hold_sums(asked: HoldFilter) -> tuple[tuple[CodeSum, ...], tuple[AmountSum, ...]]:
    """What was asked for, by code and by currency. Two queries."""
    rows = found_holds(asked).select_related(None).order_by()
    codes = (
        rows.values_list("code")
        .annotate(drafts=Count("pk"), oldest=Min("since"))
        .order_by("-drafts", "code")
    )
    amounts = (
        rows.values_list("invoice__currency")
        .annotate(Count("pk"), Sum("invoice__subtotal_minor"))
        .order_by("invoice__currency")
    )
    return (
        tuple(CodeSum(code, code_words(code), count, oldest) for code, count, oldest in codes),
        tuple(AmountSum(*row) for row in amounts),
    )


def holds_by_code() -> tuple[CodeSum, ...]:
    """All open ones by code, for the board. One query."""
    codes = (
        TaxHold.objects.filter(released_at=None)
        .order_by()
        .values_list("code")
        .annotate(Count("pk"), Min("since"))
    )
    rows = [CodeSum(code, code_words(code), count, oldest) for code, count, oldest in codes]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.code)))


def open_holds_of(*, customer_id: UUID) -> Sequence[HoldRow]:
    """Every open hold of one customer. One query."""
    return [hold_row(hold) for hold in found_holds(HoldFilter()).filter(customer=customer_id)]


def hold_of(*, invoice_id: UUID) -> HoldRow | None:
    """The open hold of a draft, if it has one. One query."""
    hold = found_holds(HoldFilter()).filter(invoice=invoice_id).first()
    return hold_row(hold) if hold else None
