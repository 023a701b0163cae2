"""Found by what they say: invoices, credit notes, their lines, events and ledger entries."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.urls import reverse

from billing.documents.staff_text import moment, staff_money
from billing.models import EntitlementEvent, Invoice, InvoiceLine, SeatLedgerEntry
from desk.queries.search.term import AT_MOST, Hit, Kind, Term


def invoices(term: Term) -> Sequence[Hit]:
    """Invoices and credit notes, by key or the beginning of their number."""
    rows = Invoice.objects.filter(pk=term.key) if term.key else numbered(term)
    return [invoice_hit(one, term) for one in rows.select_related("customer")[:AT_MOST]]


def numbered(term: Term) -> QuerySet[Invoice]:
    """Numbers are unique; the longest prefix typed leaves few."""
    wanted = Q(number__startswith=term.text) | Q(number__startswith=term.upper)
    return Invoice.objects.exclude(number="").filter(wanted).order_by("number")


def invoice_hit(invoice: Invoice, term: Term) -> Hit:
    kind = invoice.get_kind_display()
    total = invoice.subtotal_minor if invoice.total_minor is None else invoice.total_minor
    told = (
        f"{kind} of {invoice.customer.legal_name}",
        f"{invoice.cycle_date:%-d %B %Y}",
        staff_money(total, invoice.currency),
    )
    return Hit(
        title=invoice.number or "Draft",
        detail=", ".join(told),
        address=reverse("desk:invoice", args=[invoice.number or invoice.pk]),
        is_exact=bool(term.key) or invoice.number.upper() == term.upper,
    )


def lines(term: Term) -> Sequence[Hit]:
    """By key, or "NUMBER/POSITION" as support reads it out."""
    number, _, position = term.text.rpartition("/")
    if term.key:
        wanted = Q(pk=term.key)
    else:
        wanted = Q(invoice__number__in={number, number.upper()}, position=int(position[:9]))
    rows = InvoiceLine.objects.filter(wanted).select_related("invoice", "customer")
    return [
        Hit(
            title=f"{one.invoice.number or 'Draft'} line {one.position}",
            detail=f"{one.description}, {one.customer.legal_name}, "
            f"{staff_money(one.amount_minor, one.invoice.currency)}",
            address=reverse("desk:invoice", args=[one.invoice.number or one.invoice_id])
            + f"#line-{one.position}",
            is_exact=True,
        )
        for one in rows[:AT_MOST]
    ]


def may_be_line(term: Term) -> bool:
    number, _, position = term.text.rpartition("/")
    return bool(term.key) or (bool(number) and position.isascii() and position.isdecimal())


def events(term: Term) -> Sequence[Hit]:
    """By key, or by the id the product gave; two customers may use the same."""
    wanted = Q(pk=term.key) if term.key else Q(source_event_id=term.text)
    rows = EntitlementEvent.objects.filter(wanted).select_related("customer")
    return [event_hit(one) for one in rows.order_by()[:AT_MOST]]


def event_hit(event: EntitlementEvent, *, because: str = "") -> Hit:
    told = (
        because,
        event.get_kind_display(),
        f"{event.customer.legal_name}, from {event.source}",
        moment(event.effective_at),
    )
    return Hit(
        title=event.source_event_id,
        detail=", ".join(word for word in told if word),
        address=reverse("desk:event", args=[event.pk]),
        is_exact=True,
    )


def ledger_entries(term: Term) -> Sequence[Hit]:
    """By key: the page of the event that made it shows it."""
    rows = SeatLedgerEntry.objects.filter(Q(pk=term.key)).select_related("event__customer")
    return [event_hit(one.event, because=f"ledger entry {one.position}") for one in rows]


KINDS = (
    Kind(
        "Invoices and credit notes", "invoice or credit note number", "billing.view_invoice",
        lambda term: bool(term.key) or (term.is_name and not term.is_mail), invoices,
    ),
    Kind(
        "Invoice lines", "line id, or number/line such as IE-1042/3", "billing.view_invoice",
        may_be_line, lines,
    ),
    Kind(
        "Events", "event id, ours or the product's", "billing.view_entitlementevent",
        lambda term: bool(term.text), events,
    ),
    Kind(
        "Ledger entries", "ledger entry id", "billing.view_seatledgerentry",
        lambda term: bool(term.key), ledger_entries,
    ),
)  # fmt: skip
