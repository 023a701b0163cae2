"""Drafts that wait for tax: the work list, taking one over, and the list as CSV."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.contrib.auth.models import User
from django.http import (
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
from accounts.views.filters import any_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from billing.models import TaxHold
from billing.operations.assign_tax_hold import assign_tax_hold
from desk.queries.tax_holds import (
    CODES,
    OWNERS,
    HoldFilter,
    HoldRow,
    found_holds,
    hold_list,
    hold_row,
    hold_sums,
)
from desk.views.page import back_to, desk_page, note_in_log, show
from kernel.refusal import Refusal
from tax.models import BillingEntity

CSV_HEADER = [
    "code", "what_is_missing", "customer", "customer_id", "invoice_id", "cycle_date",
    "billing_entity", "market", "currency", "amount_before_tax", "since", "last_tried", "owner",
]  # fmt: skip
CHUNK = 2000


class HoldFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False)
    code = any_of(CODES.items(), "What is missing")
    entity = forms.CharField(required=False)
    owner = any_of(OWNERS.items(), "Owner")

    def asked(self, user: User) -> HoldFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return HoldFilter(**given, user_id=user.pk)


STAFF = User.objects.filter(is_staff=True, is_active=True).order_by("username")


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(STAFF, required=False, to_field_name="username")


@require_GET
@desk_page("billing.view_taxhold")
def holds(request: HttpRequest) -> HttpResponse:
    form = HoldFilterForm(request.GET)
    asked = form.asked(cast(User, request.user))
    codes, amounts = hold_sums(asked)
    return show(
        request,
        "desk/tax_holds.html",
        title="Tax holds",
        form=form,
        asked=asked,
        codes=codes,
        amounts=amounts,
        page=hold_list(asked, number=page_number(request)),
        entities=list(BillingEntity.objects.values_list("code", "legal_name")),
        staff=list(STAFF.values_list("username", flat=True)),
        query=query_without_page(request),
        now=timezone.now(),
    )


@require_GET
@desk_page("billing.view_taxhold")
def holds_csv(request: HttpRequest) -> StreamingHttpResponse:
    asked = HoldFilterForm(request.GET).asked(cast(User, request.user))
    rows = found_holds(asked).iterator(chunk_size=CHUNK)
    return csv_response(
        name="tax-holds", header=CSV_HEADER, rows=(csv_row(hold_row(row)) for row in rows)
    )


def csv_row(row: HoldRow) -> list[str]:
    return [
        row.code,
        row.message,
        row.customer_name,
        str(row.customer_id),
        str(row.invoice_id),
        row.cycle_date.isoformat(),
        row.entity,
        row.market,
        row.currency,
        money_decimal(row.amount_minor, row.currency),
        row.since.isoformat(timespec="seconds"),
        row.checked_at.isoformat(timespec="seconds"),
        row.owner,
    ]


@require_POST
@desk_page("billing.change_taxhold")
def assign(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """To the one who presses, to a named colleague, or to nobody."""
    get_object_or_404(TaxHold, pk=hold_id)
    user = cast(User, request.user)
    form = OwnerForm(request.POST)
    if "me" not in request.POST and not form.is_valid():
        messages.error(request, "Nobody with this name works here; choose one of the list.")
        return HttpResponseRedirect(back_to(request, reverse("desk:tax_holds")))
    owner = user if "me" in request.POST else form.cleaned_data["owner"]
    try:
        hold = assign_tax_hold(hold_id=hold_id, owner=owner)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        words = f"Assigned to {owner.get_username()}." if owner else "Given back to everybody."
        note_in_log(request, [hold], action_flag=CHANGE, message=words)
        messages.success(request, words)
    return HttpResponseRedirect(back_to(request, reverse("desk:tax_holds")))
