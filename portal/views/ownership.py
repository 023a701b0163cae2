"""Handing over the ownership of a customer: the offer, and the page of whom it is made to."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.documents.one_time_link import digest_of_token
from accounts.enums import TransferState
from accounts.models import OwnershipTransfer
from accounts.operations.offer_ownership import (
    accept_ownership,
    decline_ownership,
    is_for,
    offer_ownership,
    withdraw_ownership,
)
from accounts.operations.person_with_address import person_with_address
from accounts.queries.people_with_rights import people_with_rights
from billing.operations.check_domain_rule import check_domain_rule
from kernel.refusal import Refusal
from portal.views.page import PortalRequest, address_of, portal_page, show
from portal.views.sign_in import TOO_OFTEN, call_a_hand, send_link


class OfferForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        max_length=150,
        help_text="Of the person who is to become billing owner",
    )
    name = forms.CharField(label="Name", max_length=200)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("owner")
def offer(request: PortalRequest) -> HttpResponse:
    """Offer the ownership, with what it means; or see the offer that waits."""
    form = OfferForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            check_domain_rule(customer_id=request.customer.pk, email=form.cleaned_data["email"])
            made = offer_ownership(
                customer_id=request.customer.pk,
                to_email=form.cleaned_data["email"],
                to_name=form.cleaned_data["name"],
                by=cast(User, request.user),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            call_a_hand()
            messages.success(request, f"Offered. {made.to_name} was sent a mail and has 14 days.")
            return redirect("portal:rights", request.customer.pk)
    people = people_with_rights(customer_id=request.customer.pk, at=timezone.now())
    title = "Hand over the ownership"
    return show(request, "portal/ownership_offer.html", title=title, form=form, people=people)


@require_http_methods(["POST"])
@portal_page("owner")
def withdraw(request: PortalRequest) -> HttpResponse:
    try:
        withdraw_ownership(
            customer_id=request.customer.pk, by=cast(User, request.user), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        call_a_hand()
        messages.success(request, "The offer is withdrawn. You are still the billing owner.")
    return redirect("portal:rights", request.customer.pk)


@never_cache
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """
    The link of the mail. It shows the offer; answering needs a signed-in person of that address.

    Who has no account gets one here: the mail reached them. They sign in by a second, short link.
    """
    found = (
        OwnershipTransfer.objects.filter(token_digest=digest_of_token(token))
        .select_related("customer", "from_owner")
        .first()
    )
    if found is None:
        return told(request, "This link is not known here. Look whether it was copied whole.")
    if request.user.is_authenticated and is_for(found, request.user):
        return redirect("portal:ownership", found.pk)
    if not found.is_open(timezone.now()):
        return told(request, over(found))
    if request.method == "POST":
        return sign_in_to_answer(request, found)
    words = {"title": "Become billing owner?", "offer": found}
    return render(request, "portal/ownership_link.html", words)


def sign_in_to_answer(request: HttpRequest, found: OwnershipTransfer) -> HttpResponseBase:
    try:
        person_with_address(email=found.to_email, name=found.to_name)
    except Refusal as refusal:
        return told(request, refusal.message)
    place = reverse("portal:ownership", args=[found.pk])
    if not send_link(request, found.to_email, onward=place):
        return told(request, TOO_OFTEN)
    return redirect("portal:link_sent")


@never_cache
@login_required(login_url="portal:sign_in")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """Accept or decline, signed in as the person it is for. Others find nothing."""
    person = cast(User, request.user)
    found = OwnershipTransfer.objects.filter(pk=transfer_id).select_related(
        "customer", "from_owner"
    ).first()  # fmt: skip
    if found is None or not is_for(found, person):
        raise Http404
    if request.method == "POST":
        return answered(request, found, person)
    if not found.is_open(timezone.now()):
        return told(request, over(found))
    words = {"title": "Become billing owner?", "offer": found, "person": person}
    return render(request, "portal/ownership_answer.html", words)


def answered(request: HttpRequest, found: OwnershipTransfer, person: User) -> HttpResponse:
    accepts = request.POST.get("answer") == "accept"
    act = accept_ownership if accepts else decline_ownership
    try:
        if accepts:  # an owner whom the rule keeps out could not lift it
            check_domain_rule(customer_id=found.customer_id, email=address_of(request))
        act(transfer_id=found.pk, by=person, at=timezone.now())
    except Refusal as refusal:
        return told(request, refusal.message)
    call_a_hand()
    if not accepts:
        return told(request, "You declined. Nothing has changed, and the owner is told.")
    messages.success(request, f"You are the billing owner of {found.customer.legal_name}.")
    return redirect("portal:home", found.customer_id)


def over(found: OwnershipTransfer) -> str:
    said = {
        TransferState.ACCEPTED: "This offer was accepted.",
        TransferState.DECLINED: "This offer was declined.",
        TransferState.WITHDRAWN: f"{found.from_owner.name} took this offer back.",
    }
    late = f"This offer has expired. Ask {found.from_owner.name} for a new one."
    return said.get(TransferState(found.state), late)


def told(request: HttpRequest, why: str) -> HttpResponse:
    words = {"title": "Ownership", "why": why}
    return render(request, "portal/ownership_over.html", words)
