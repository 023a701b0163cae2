"""Markets: which checklists are open, signing one off, and taking a signature back."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Customer
from billing.tasks import tick
from desk.queries.tax_markets import MarketCodes, market_page, market_rows
from desk.views.page import desk_page, note_in_log, show
from kernel.refusal import Refusal
from tax.models import BillingEntity
from tax.operations.revoke_sign_off import MOST_CHARACTERS, revoke_sign_off
from tax.operations.sign_off_market import sign_off_market


class RevokeForm(forms.Form):
    reason = forms.CharField(max_length=MOST_CHARACTERS, required=False)


@require_GET
@desk_page("tax.view_marketchecklist")
def markets(request: HttpRequest) -> HttpResponse:
    rows = market_rows()
    return show(
        request,
        "desk/tax_markets.html",
        title="Markets",
        rows=rows,
        waiting=sum(row.needs_work for row in rows),
        held=sum(row.held for row in rows),
    )


@require_GET
@desk_page("tax.view_marketchecklist")
def market(request: HttpRequest, checklist_id: UUID) -> HttpResponse:
    page = market_page(checklist_id, on=timezone.now().date())
    if page is None:
        raise Http404("No checklist has this key.")
    return show(
        request,
        "desk/tax_market.html",
        title=f"{page.row.entity} in {page.row.market}",
        page=page,
        most_characters=MOST_CHARACTERS,
    )


@require_GET
@desk_page("tax.view_marketchecklist")
def market_of(request: HttpRequest, entity_id: UUID, customer_id: UUID) -> HttpResponse:
    """From a hold to the checklist it waits for, or to the list if nobody started it."""
    entity = get_object_or_404(BillingEntity, pk=entity_id)
    customer = get_object_or_404(Customer, pk=customer_id)
    _, code = MarketCodes.load().key(entity.pk, customer.country, customer.region)
    checklist = entity.markets.filter(market=code).first()
    if checklist is None:
        messages.info(request, f"{entity.code} has no checklist for {code} yet: start it here.")
        return HttpResponseRedirect(reverse("desk:tax_markets"))
    return HttpResponseRedirect(reverse("desk:tax_market", args=[checklist.pk]))


@require_POST
@desk_page("tax.sign_off_tax")
def sign(request: HttpRequest, checklist_id: UUID) -> HttpResponse:
    try:
        signed = sign_off_market(
            checklist_id=checklist_id, by=cast(User, request.user), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        note_in_log(request, [signed], action_flag=CHANGE, message="Signed off.")
        tick.delay()
        messages.success(request, f"{signed} is signed off: what waited for it is tried again now.")
    return HttpResponseRedirect(reverse("desk:tax_market", args=[checklist_id]))


@require_POST
@desk_page("tax.sign_off_tax")
def revoke(request: HttpRequest, checklist_id: UUID) -> HttpResponse:
    form = RevokeForm(request.POST)
    form.full_clean()
    try:
        revoked = revoke_sign_off(
            checklist_id=checklist_id,
            by=cast(User, request.user),
            reason=form.cleaned_data.get("reason", ""),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        note_in_log(request, [revoked], action_flag=CHANGE, message="Signature revoked.")
        messages.success(request, f"The signature under {revoked} is revoked: drafts there wait.")
    return HttpResponseRedirect(reverse("desk:tax_market", args=[checklist_id]))
