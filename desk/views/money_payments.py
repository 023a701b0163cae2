"""Payments: the list, the list as CSV, and one payment with all that happened to it."""

from uuid import UUID

from django import forms
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.views.filters import any_of, date_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from billing.enums import PaymentKind, PaymentMethodKind
from billing.models import Invoice, Refund
from desk.queries.money_payment import payment_page
from desk.queries.money_payments import (
    NOTES,
    PaymentFilter,
    PaymentRow,
    found_payments,
    payment_list,
    payment_row,
    payment_sums,
)
from desk.views.page import desk_page, show
from tax.models import BillingEntity

CSV_HEADER = [
    "payment_id", "kind", "method", "customer", "customer_id", "billing_entity", "currency",
    "amount", "fee", "paid_on", "recorded_at", "recorded_by", "gateway_id", "reference", "reason",
]  # fmt: skip
CHUNK = 2000
SORT_WORDS = [
    ("", "Newest"),
    ("recorded", "Oldest"),
    ("-paid_on", "Value date, latest first"),
    ("paid_on", "Value date, earliest first"),
    ("-amount", "Amount, highest first"),
    ("amount", "Amount, lowest first"),
]


class PaymentFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False)
    kind = any_of(PaymentKind.choices, "Kind")
    method = any_of(PaymentMethodKind.choices, "Method")
    entity = forms.CharField(required=False)
    currency = forms.CharField(required=False)
    note = any_of(NOTES.items(), "With")
    first = date_of("Paid from")
    last = date_of("to")
    sort = forms.ChoiceField(choices=SORT_WORDS, required=False, label="Sort")

    def asked(self) -> PaymentFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return PaymentFilter(**given)


@require_GET
@desk_page("billing.view_payment")
def payments(request: HttpRequest) -> HttpResponse:
    form = PaymentFilterForm(request.GET)
    asked = form.asked()
    return show(
        request,
        "desk/money_payments.html",
        title="Payments",
        form=form,
        asked=asked,
        sums=payment_sums(asked) if asked != PaymentFilter(sort=asked.sort) else (),
        page=payment_list(asked, number=page_number(request)),
        entities=list(BillingEntity.objects.values_list("code", "legal_name")),
        query=query_without_page(request),
    )


@require_GET
@desk_page("billing.view_payment")
def payments_csv(request: HttpRequest) -> StreamingHttpResponse:
    rows = found_payments(PaymentFilterForm(request.GET).asked()).iterator(chunk_size=CHUNK)
    return csv_response(
        name="payments", header=CSV_HEADER, rows=(csv_row(payment_row(row)) for row in rows)
    )


def csv_row(row: PaymentRow) -> list[str]:
    return [
        str(row.id),
        row.kind,
        row.method,
        row.customer_name,
        str(row.customer_id),
        row.entity,
        row.currency,
        money_decimal(row.amount_minor, row.currency),
        money_decimal(row.fee_minor, row.currency),
        row.paid_on.isoformat(),
        row.recorded_at.isoformat(timespec="seconds"),
        row.recorded_by,
        row.gateway_id,
        row.reference,
        row.reason,
    ]


@require_GET
@desk_page("billing.view_payment")
def payment(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    page = payment_page(payment_id)
    if page is None:
        raise Http404("No payment has this key.")
    return show(
        request,
        "desk/money_payment.html",
        title=payment_title(page.row),
        page=page,
        row=page.row,
        now=timezone.now(),
    )


def payment_title(row: PaymentRow) -> str:
    if row.kind == PaymentKind.RECEIVED:
        return f"Payment from {row.customer_name}"
    return f"{row.kind_words}: {row.customer_name}"


@require_GET
@desk_page("billing.view_refund")
def refund(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """A refund is shown with its payment; a credit note paid out by itself is shown itself."""
    if Invoice.objects.filter(pk=refund_id).exists():
        return HttpResponseRedirect(reverse("desk:invoice", args=[refund_id]))
    found = get_object_or_404(Refund, pk=refund_id)
    place = reverse("desk:money_payment", args=[found.payment_id])
    return HttpResponseRedirect(f"{place}#refund-{found.pk}")
