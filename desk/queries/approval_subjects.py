"""What a request may be about: found by the words people use, with what its form must offer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q

from accounts.models import Customer
from billing.documents.staff_text import money_decimal, staff_money
from billing.enums import InvoiceKind, InvoiceState, PaymentKind
from billing.models import Invoice, InvoiceLine, Payment, Receivable, Subscription
from billing.operations.request_refund import refundable_minor
from desk.queries.search.people import prefixes
from desk.queries.search.term import read_term
from tax.models import BillingEntity

AT_MOST = 12
CUSTOMERS_AT_MOST = 50
LINES_OFFERED = 60
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What a request is about. `name` is what ask_exception takes; `most_minor` the most there is to
    ask for, in minor units of `currency`.
    """

    name: str
    words: str
    customer_id: UUID | None = None
    customer_name: str = ""
    currency: str = ""
    time_zone: str = "UTC"
    seat_types: Choices = ()
    lines: Choices = ()
    most_minor: int | None = None

    @property
    def most_decimal(self) -> str:
        return "" if self.most_minor is None else money_decimal(self.most_minor, self.currency)


def subject_of(kind: str, name: str) -> Subject | None:
    """The subject with this name, with everything its form offers."""
    return KNOWN[kind](name.strip()) if name.strip() else None


def found_subjects(kind: str, term: str) -> Sequence[Subject]:
    """Subjects a person may mean; at most a dozen. Two queries."""
    return FOUND[kind](term.strip()) if term.strip() else []


def named_customers(term: str) -> list[UUID]:
    """Customers by the beginning of their id or of words of their name, on an index. One query."""
    words = read_term(term).words
    known = Customer.objects.filter(external_id__startswith=term)
    if words:
        name = SearchVector("legal_name", config="simple")
        wanted = SearchQuery(prefixes(words), search_type="raw", config="simple")
        by_name = Customer.objects.annotate(name_words=name).filter(name_words=wanted)
        return list(
            (known.order_by().values_list("pk"))
            .union(by_name.order_by().values_list("pk"), all=False)
            .values_list("pk", flat=True)[:CUSTOMERS_AT_MOST]
        )
    return list(known.values_list("pk", flat=True)[:CUSTOMERS_AT_MOST])


def subscription(name: str) -> Subject | None:
    row = Subscription.objects.select_related("customer", "plan").filter(external_id=name).first()
    if row is None:
        return None
    lines = (
        InvoiceLine.objects.filter(
            rated_span__subscription=row, amount_minor__gt=0, kind="proration"
        )
        .select_related("invoice")
        .order_by("-invoice__cycle_date", "position")[:LINES_OFFERED]
    )
    return Subject(
        name=row.external_id,
        words=f"{row.plan.name}, {row.external_id}",
        customer_id=row.customer_id,
        customer_name=row.customer.legal_name,
        currency=row.currency,
        time_zone=row.time_zone,
        seat_types=tuple(row.plan.seat_types.values_list("code", "name")),
        lines=tuple((str(line.pk), line_words(line)) for line in lines),
    )


def line_words(line: InvoiceLine) -> str:
    paper = line.invoice.number or f"draft of {line.invoice.cycle_date}"
    return f"{paper}: {line.description}, {staff_money(line.amount_minor, line.invoice.currency)}"


def subscriptions(term: str) -> Sequence[Subject]:
    rows = Subscription.objects.select_related("customer", "plan").filter(
        Q(customer__in=named_customers(term)) | Q(external_id__startswith=term)
    )
    return [
        Subject(row.external_id, f"{row.plan.name}, {row.external_id}", customer_id=row.customer_id,
                customer_name=row.customer.legal_name, currency=row.currency)
        for row in rows.order_by("customer__legal_name", "external_id")[:AT_MOST]
    ]  # fmt: skip


def invoice(name: str) -> Subject | None:
    row = (
        Invoice.objects.select_related("customer")
        .filter(number=name, state=InvoiceState.FINALIZED, kind=InvoiceKind.INVOICE)
        .first()
    )
    if row is None:
        return None
    open_minor = Receivable.objects.filter(pk=row.pk).values_list("open_minor", flat=True).first()
    return invoice_subject(row, most_minor=open_minor)


def invoice_subject(row: Invoice, *, most_minor: int | None = None) -> Subject:
    return Subject(
        name=row.number,
        words=f"{row.number}, {staff_money(row.total_minor or 0, row.currency)}",
        customer_id=row.customer_id,
        customer_name=row.customer.legal_name,
        currency=row.currency,
        most_minor=most_minor,
    )


def invoices(term: str) -> Sequence[Subject]:
    rows = Invoice.objects.select_related("customer").filter(
        Q(customer__in=named_customers(term)) | Q(number__startswith=term.upper()),
        state=InvoiceState.FINALIZED,
        kind=InvoiceKind.INVOICE,
    )
    return [invoice_subject(row) for row in rows.order_by("-cycle_date", "pk")[:AT_MOST]]


def payment(name: str) -> Subject | None:
    try:
        row = Payment.objects.select_related("customer").filter(pk=UUID(name)).first()
    except ValueError:
        return None
    return payment_subject(row, most_minor=refundable_minor(row)) if row else None


def payment_subject(row: Payment, *, most_minor: int | None = None) -> Subject:
    return Subject(
        name=str(row.pk),
        words=f"{staff_money(row.amount_minor, row.currency)} of {row.paid_on}",
        customer_id=row.customer_id,
        customer_name=row.customer.legal_name,
        currency=row.currency,
        most_minor=most_minor,
    )


def payments(term: str) -> Sequence[Subject]:
    rows = Payment.objects.select_related("customer").filter(
        Q(customer__in=named_customers(term)) | Q(reference__startswith=term) | Q(gateway_id=term),
        kind=PaymentKind.RECEIVED,
    )
    return [payment_subject(row) for row in rows.order_by("-paid_on", "pk")[:AT_MOST]]


def customer(name: str) -> Subject | None:
    row = Customer.objects.filter(external_id=name).first()
    return customer_subject(row) if row else None


def customer_subject(row: Customer) -> Subject:
    return Subject(
        name=row.external_id, words=row.external_id, customer_id=row.pk,
        customer_name=row.legal_name, currency=row.currency, time_zone=row.time_zone,
    )  # fmt: skip


def customers(term: str) -> Sequence[Subject]:
    rows = Customer.objects.filter(pk__in=named_customers(term))
    return [customer_subject(row) for row in rows.order_by("legal_name", "pk")[:AT_MOST]]


def seller(name: str) -> Subject | None:
    row = BillingEntity.objects.filter(code=name).first()
    return Subject(name=row.code, words=f"{row.code}, {row.legal_name}") if row else None


def sellers(term: str) -> Sequence[Subject]:
    rows = BillingEntity.objects.filter(Q(code__istartswith=term) | Q(legal_name__istartswith=term))
    return [Subject(row.code, f"{row.code}, {row.legal_name}") for row in rows[:AT_MOST]]


KNOWN: dict[str, Callable[[str], Subject | None]] = {
    "subscription": subscription,
    "invoice": invoice,
    "payment": payment,
    "customer": customer,
    "period_close": seller,
}
FOUND: dict[str, Callable[[str], Sequence[Subject]]] = {
    "subscription": subscriptions,
    "invoice": invoices,
    "payment": payments,
    "customer": customers,
    "period_close": sellers,
}
