"""Draft: put what was rated on the customer's invoice. One invoice a customer and cycle, not one a change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Customer
from billing.calc.formula import formula_words
from billing.calc.line_text import describe_line
from billing.enums import InvoiceKind, InvoiceState, LineKind, Settlement, StageName
from billing.models import Invoice, InvoiceLine, Subscription, TaxHold
from billing.operations.refuse import Refused, record_refusals
from billing.queries.work import held_by_exception
from billing.records.copy_rows import copy_rows
from billing.records.row_ids import row_ids
from billing.records.span_rows import SpanRow, spans_to_draft
from kernel.stage import StageOutcome

PageKey = tuple[UUID, UUID, str, str, str]

EARLY_KINDS = {LineKind.PRORATION, LineKind.CREDIT, LineKind.TRUE_UP, LineKind.MINIMUM}
INVOICE_FIELDS = (
    "id", "customer", "billing_entity", "kind", "settlement", "state", "currency", "cycle_date",
    "drafted_at", "finalize_after", "number", "subtotal_minor", "tax_note", "credit_applied_minor",
    "language", "time_zone", "paper", "seller", "buyer", "policies",
)  # fmt: skip
LINE_FIELDS = (
    "id", "customer", "invoice", "position", "rated_span", "kind", "seat_type_code",
    "seat_type_name", "plan_name", "description", "quantity", "seat_days", "unit_price_minor",
    "span_first", "span_after", "amount_minor", "formula",
)  # fmt: skip


@dataclass(slots=True)
class DraftPage:
    """A draft being filled: new, or open from before within its grace period."""

    invoice: Invoice
    is_new: bool
    is_held: bool = False
    spans: list[SpanRow] = field(default_factory=list)


@transaction.atomic
def draft_invoices(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Write the lines of every rated, unbilled span of these customers onto their drafts.

    Locks the customers, so that two runs cannot open two drafts for one of them.
    A customer without a billing entity is refused and stays waiting.
    """
    customers = (
        Customer.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys)
        .select_related("seller_assignment")
        .order_by("pk")
    )
    ready, refused = split_by_seller(customers)
    record_refusals(stage=StageName.DRAFT, refused=refused, at=at)

    waiting = list(
        Subscription.objects.select_for_update(no_key=True)
        .filter(customer__in=list(ready), rating_count__gt=F("drafted_count"))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    pages = fill_pages(customers=ready, spans=spans_to_draft(waiting), at=at)
    write_pages(pages)
    Subscription.objects.filter(pk__in=waiting).update(drafted_count=F("rating_count"))
    return StageOutcome(passed=len(ready), refused=len(refused))


def split_by_seller(customers: Iterable[Customer]) -> tuple[dict[UUID, Customer], list[Refused]]:
    """Customers somebody may invoice, and refusals for those nobody may."""
    ready, refused = {}, []
    for customer in customers:
        if hasattr(customer, "seller_assignment"):
            ready[customer.pk] = customer
        else:
            refused.append(
                Refused(
                    customer.pk,
                    customer.legal_name,
                    "billing_entity_missing",
                    f"{customer.legal_name} has no billing entity, so nobody may invoice it. "
                    "Assign one on the customer's page, then try again.",
                )
            )
    return ready, refused


def fill_pages(
    *, customers: dict[UUID, Customer], spans: Iterable[SpanRow], at: datetime
) -> list[DraftPage]:
    """Each span to its customer's page by currency, kind of document and settlement."""
    pages = open_pages(customers)
    for span in spans:
        customer = customers[span.customer_id]
        key = page_key(customer=customer, span=span)
        cycle_date = local_date(span.as_of, span.time_zone)
        page = next((one for one in pages[key] if takes(one, cycle_date, at=at)), None)
        if page is None:
            draft = blank_draft(customer=customer, key=key, cycle_date=cycle_date, at=at)
            page = DraftPage(invoice=draft, is_new=True)
            pages[key].append(page)
        page.spans.append(span)
    return [page for found in pages.values() for page in found if page.spans]


def open_pages(customers: Iterable[UUID]) -> defaultdict[PageKey, list[DraftPage]]:
    """The drafts these customers have, newest cycle first."""
    held = TaxHold.objects.filter(invoice=OuterRef("pk"), released_at=None)
    drafts = (
        Invoice.objects.filter(customer__in=customers, state=InvoiceState.DRAFT)
        .annotate(is_held=Q(Exists(held)) | held_by_exception())
        .order_by("-cycle_date", "pk")
    )
    pages: defaultdict[PageKey, list[DraftPage]] = defaultdict(list)
    for draft in drafts:
        key = (
            draft.customer_id, draft.billing_entity_id, draft.currency, draft.kind, draft.settlement,
        )  # fmt: skip
        pages[key].append(DraftPage(invoice=draft, is_new=False, is_held=draft.is_held))
    return pages


def takes(page: DraftPage, cycle_date: date, *, at: datetime) -> bool:
    """A held draft whose grace is over keeps its cycle: the next cycle is an invoice of its own."""
    is_closed = page.is_held and page.invoice.finalize_after <= at
    return not is_closed or page.invoice.cycle_date == cycle_date


def page_key(*, customer: Customer, span: SpanRow) -> PageKey:
    """Customer, billing entity, currency, kind of document and what becomes of a credit."""
    is_note = span.document_kind == InvoiceKind.CREDIT_NOTE
    refunds = is_note and span.credit_application == Settlement.REFUND
    return (
        customer.pk,
        customer.seller_assignment.billing_entity_id,
        span.currency,
        span.document_kind,
        Settlement.REFUND if refunds else Settlement.BALANCE,
    )


def blank_draft(*, customer: Customer, key: PageKey, cycle_date: date, at: datetime) -> Invoice:
    """An empty draft of a cycle."""
    customer_id, billing_entity_id, currency, kind, settlement = key
    return Invoice(
        customer_id=customer_id,
        billing_entity_id=billing_entity_id,
        currency=currency,
        kind=kind,
        settlement=settlement,
        cycle_date=cycle_date,
        drafted_at=at,
        language=customer.language,
        time_zone=customer.time_zone,
        paper=customer.paper,
    )


def local_date(instant: datetime, time_zone: str) -> date:
    return instant.astimezone(ZoneInfo(time_zone)).date()


def grace_end(page: DraftPage) -> datetime:
    """A regular invoice waits for late events; one for changes between invoices goes at once."""
    drafted_at = page.invoice.drafted_at
    if all(
        span.kind in EARLY_KINDS and span.period_after > page.invoice.cycle_date
        for span in page.spans
    ):
        return drafted_at
    return drafted_at + timedelta(hours=settings.DRAFT_GRACE_HOURS)


def write_pages(pages: Sequence[DraftPage]) -> None:
    """New drafts and all lines by COPY; drafts already open are extended and taxed again."""
    for page in pages:
        page.invoice.subtotal_minor += sum(span.amount_minor for span in page.spans)
    new = [page for page in pages if page.is_new]
    for page in new:
        page.invoice.finalize_after = grace_end(page)
    copy_rows(Invoice, fields=INVOICE_FIELDS, rows=[invoice_row(page.invoice) for page in new])

    extended = [page.invoice for page in pages if not page.is_new]
    for invoice in extended:
        invoice.tax_minor = None
    Invoice.objects.bulk_update(extended, ["subtotal_minor", "tax_minor"])

    first_positions, ids = next_positions(extended), row_ids()
    copy_rows(
        InvoiceLine,
        fields=LINE_FIELDS,
        rows=(
            (next(ids), *line_values(page.invoice, position, span))
            for page in pages
            for position, span in enumerate(page.spans, first_positions[page.invoice.pk])
        ),
    )


def next_positions(extended: Sequence[Invoice]) -> defaultdict[UUID, int]:
    """Where new lines go on on drafts that have lines; everywhere else from 1."""
    positions: defaultdict[UUID, int] = defaultdict(lambda: 1)
    taken = InvoiceLine.objects.filter(invoice__in=extended).values_list("invoice_id", "position")
    for invoice_id, position in taken:
        positions[invoice_id] = max(positions[invoice_id], position + 1)
    return positions


def invoice_row(invoice: Invoice) -> tuple[Any, ...]:
    return (
        invoice.pk, invoice.customer_id, invoice.billing_entity_id, invoice.kind,
        invoice.settlement, InvoiceState.DRAFT, invoice.currency, invoice.cycle_date,
        invoice.drafted_at, invoice.finalize_after, "", invoice.subtotal_minor, "", 0,
        invoice.language, invoice.time_zone, invoice.paper, "{}", "{}", "[]",
    )  # fmt: skip


def line_values(invoice: Invoice, position: int, span: SpanRow) -> tuple[Any, ...]:
    """All but the first of LINE_FIELDS."""
    language = invoice.language
    title = describe_line(kind=span.kind, seat_type_name=span.seat_type_name, language=language)
    return (
        span.customer_id, invoice.pk, position, span.id, span.kind, span.seat_type_code,
        span.seat_type_name, span.plan_name, title, span.quantity, span.seat_days,
        span.unit_price_minor, span.span_first, span.span_after, span.amount_minor,
        formula_words(span.formula, language=language),
    )  # fmt: skip
