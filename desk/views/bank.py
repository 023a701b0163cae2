"""Bank lines: the work list, one line, matching it, setting it aside, and the list as CSV."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.contrib.auth.models import User
from django.db import transaction
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
from django.views.decorators.http import require_GET, require_POST

from accounts.admin.base import csv_response
from accounts.views.filters import date_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from billing.models import BankLine, Payment
from billing.operations.match_bank_line import match_bank_line
from billing.operations.record_payment import lock_account
from billing.operations.set_aside_bank_line import set_aside_bank_line
from desk.queries.bank import (
    STATES,
    BankFilter,
    LineRow,
    found_lines,
    line_list,
    line_row,
    line_sums,
)
from desk.queries.bank_line import choice_of, line_page
from desk.views.page import back_to, desk_page, note_in_log, show
from kernel.refusal import Refusal
from tax.models import BillingEntity

CSV_HEADER = [
    "booked_on", "billing_entity", "account", "currency", "amount", "payer", "payer_account",
    "reference", "state", "customer", "customer_id", "payment_id", "reason", "decided_at",
    "decided_by", "file", "position", "line_id",
]  # fmt: skip
CHUNK = 2000
MOVED = (
    "Something moved on this account since you looked. Nothing was recorded; look at what the "
    "match would do now."
)


class LineFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(choices=list(STATES.items()), required=False, label="State")
    entity = forms.CharField(required=False)
    first = date_of("Booked from")
    last = date_of("to")

    def asked(self) -> BankFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return BankFilter(**given)


class KeysField(forms.Field):
    """Keys of invoices; which of them count is decided where they are used."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[UUID]:
        try:
            return [UUID(one) for one in value or ()]
        except ValueError as error:
            raise forms.ValidationError("An invoice's key is not readable.") from error


class MatchForm(forms.Form):
    customer = forms.UUIDField()
    invoice = KeysField(required=False)
    seen = forms.CharField(max_length=64)


class ChoiceForm(forms.Form):
    search = forms.CharField(required=False, max_length=200)
    customer = forms.UUIDField(required=False)
    invoice = KeysField(required=False)


@require_GET
@desk_page("billing.view_bankline")
def lines(request: HttpRequest) -> HttpResponse:
    form = LineFilterForm(request.GET)
    asked = form.asked()
    return show(
        request,
        "desk/bank.html",
        title="Bank",
        form=form,
        asked=asked,
        sums=line_sums(asked),
        page=line_list(asked, number=page_number(request)),
        entities=list(BillingEntity.objects.values_list("code", "legal_name")),
        query=query_without_page(request),
        here=request.get_full_path(),
        now=timezone.now(),
    )


@require_GET
@desk_page("billing.view_bankline")
def lines_csv(request: HttpRequest) -> StreamingHttpResponse:
    rows = found_lines(LineFilterForm(request.GET).asked()).iterator(chunk_size=CHUNK)
    return csv_response(
        name="bank-lines", header=CSV_HEADER, rows=(csv_row(line_row(row)) for row in rows)
    )


def csv_row(row: LineRow) -> list[str]:
    return [
        row.booked_on.isoformat(),
        row.entity,
        row.account,
        row.currency,
        money_decimal(row.amount_minor, row.currency),
        row.payer_name,
        row.payer_account,
        row.reference,
        row.state,
        row.customer_name,
        str(row.customer_id or ""),
        str(row.payment_id or ""),
        row.reason,
        row.decided_at.isoformat(timespec="seconds") if row.decided_at else "",
        row.decided_by,
        row.file_name,
        str(row.position),
        str(row.id),
    ]


@require_GET
@desk_page("billing.view_bankline")
def line(request: HttpRequest, line_id: UUID) -> HttpResponse:
    form = ChoiceForm(request.GET)
    form.full_clean()
    said = form.cleaned_data
    page = line_page(
        line_id,
        search=said.get("search", ""),
        customer_id=said.get("customer"),
        first=said.get("invoice") or (),
    )
    if page is None:
        raise Http404("No bank line has this key.")
    return show(
        request,
        "desk/bank_line.html",
        title=f"{page.row.payer_name or 'Bank line'}, {page.row.booked_on}",
        page=page,
        row=page.row,
        search=said.get("search", ""),
        first=said.get("invoice") or [],
        here=reverse("desk:money_bank_line", args=[line_id]),
    )


@require_POST
@desk_page("billing.change_bankline")
def match(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Exactly what the page said it would do, or nothing."""
    row = get_object_or_404(BankLine, pk=line_id)
    form = MatchForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a customer of the list, then match.")
        return HttpResponseRedirect(back_to(request, reverse("desk:money_bank")))
    said = form.cleaned_data
    try:
        payment = match_as_seen(request, row, said["customer"], said["invoice"], said["seen"])
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(back_to(request, reverse("desk:money_bank")))
    if payment is None:
        messages.warning(request, MOVED)
        place = reverse("desk:money_bank_line", args=[line_id])
        return HttpResponseRedirect(f"{place}?customer={said['customer']}#choice")
    return HttpResponseRedirect(back_to(request, reverse("desk:money_bank")))


def match_as_seen(
    request: HttpRequest, row: BankLine, customer_id: UUID, invoices: list[UUID], seen: str
) -> Payment | None:
    """The payment, or None if a match would now do something else than was shown."""
    with transaction.atomic():
        lock_account(customer_id)
        choice = choice_of(row, customer_id, invoices)
        if row.payment_id is None and (choice is None or choice.offer.seen != seen):
            return None
        payment = match_bank_line(
            line_id=row.pk,
            customer_id=customer_id,
            invoices=invoices,
            by=cast(User, request.user),
            at=timezone.now(),
        )
    words = choice.offer.consequence if choice else ""
    note_in_log(request, [row], action_flag=CHANGE, message=f"Matched. {words}")
    messages.success(request, f"Matched. {words}")
    return payment


@require_POST
@desk_page("billing.change_bankline")
def set_aside(request: HttpRequest, line_id: UUID) -> HttpResponse:
    row = get_object_or_404(BankLine, pk=line_id)
    try:
        set_aside_bank_line(
            line_id=row.pk,
            reason=request.POST.get("reason", ""),
            by=cast(User, request.user),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        note_in_log(request, [row], action_flag=CHANGE, message="Set aside.")
        messages.success(request, "Set aside. It may still be matched from its page.")
    return HttpResponseRedirect(back_to(request, reverse("desk:money_bank")))
