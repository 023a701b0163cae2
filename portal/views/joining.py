"""Who may join: the domain rule of a customer, and seats offered to everybody of a domain."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.calc.domains import domain_of, read_domains
from billing.models import DomainRule
from billing.operations.offer_seats import close_offer, offer_seats
from billing.operations.set_domain_rule import set_domain_rule
from billing.queries.claim_offers import offers_of, outside_domains
from kernel.refusal import Refusal
from portal.queries.groups_tree import group_choices
from portal.queries.seats_to_give import read_seat, seats_to_give
from portal.views.page import PortalRequest, portal_page, show


class DomainsField(forms.CharField):
    def clean(self, value: Any) -> list[str]:
        try:
            return read_domains(super().clean(value))
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class RuleForm(forms.Form):
    domains = DomainsField(
        label="Your domains",
        required=False,
        max_length=5000,
        help_text="With commas between them: acme.com, acme.de",
    )
    is_enforced = forms.BooleanField(
        label="Only addresses of these domains may join and sign in", required=False
    )


class OfferForm(forms.Form):
    """Choices are those of the owner."""

    seat = forms.ChoiceField(label="Seat")
    group = forms.ChoiceField(label="Group they join")
    domains = DomainsField(label="For addresses of", max_length=5000, help_text="acme.com, acme.de")
    most_seats = forms.IntegerField(
        label="At most",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="Seats in all; empty: as many as your plan has",
    )

    def __init__(self, request: PortalRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(Any, self.fields)
        choice["group"].choices = [(str(one.id), one.path) for one in group_choices(request.rights)]
        choice["seat"].choices = seats_to_give(customer_id=request.customer.pk, at=timezone.now())


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("owner")
def joining(request: PortalRequest) -> HttpResponse:
    """The rule, who it would keep out, and the offers."""
    rule = DomainRule.objects.filter(customer=request.customer).first()
    form = RuleForm(request.POST if request.method == "POST" else None, initial=said(rule, request))
    if request.method == "POST" and form.is_valid() and kept(request, form):
        return redirect("portal:joining", request.customer.pk)
    domains = rule.domains if rule else [domain_of(cast(User, request.user).email)]
    return show(
        request,
        "portal/invitations/joining.html",
        title="Who may join",
        form=form,
        rule=rule,
        outside=outside_domains(customer_id=request.customer.pk, domains=domains),
        offers=offers_of(request.customer.pk),
        address=settings.BASE_URL.rstrip("/"),
    )


def said(rule: DomainRule | None, request: PortalRequest) -> dict[str, Any]:
    if rule is None:
        return {"domains": domain_of(cast(User, request.user).email)}
    return {"domains": ", ".join(rule.domains), "is_enforced": rule.is_enforced}


def kept(request: PortalRequest, form: RuleForm) -> bool:
    try:
        rule = set_domain_rule(
            customer_id=request.customer.pk,
            by=cast(User, request.user),
            at=timezone.now(),
            **form.cleaned_data,
        )
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    words = f"Only addresses of {rule} may join and sign in." if rule.is_enforced else (
        "Every address may join."
    )  # fmt: skip
    messages.success(request, words)
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("owner")
def offer_new(request: PortalRequest) -> HttpResponse:
    form = OfferForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and offered(request, form):
        return redirect("portal:joining", request.customer.pk)
    return show(
        request, "portal/invitations/offer_new.html", title="Offer seats to a domain", form=form
    )


def offered(request: PortalRequest, form: OfferForm) -> bool:
    given = form.cleaned_data
    subscription_id, seat_type_id = read_seat(given["seat"])
    assert subscription_id is not None, "one of the choices"
    assert seat_type_id is not None, "one of the choices"
    try:
        made = offer_seats(
            customer_id=request.customer.pk,
            subscription_id=subscription_id,
            seat_type_id=seat_type_id,
            group_id=UUID(given["group"]),
            domains=given["domains"],
            most_seats=given["most_seats"],
            by=cast(User, request.user),
            at=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    place = settings.BASE_URL.rstrip("/") + reverse("portal:claim", args=[made.pk])
    messages.success(request, f"Open. Give your people this address: {place}")
    return True


@require_POST
@portal_page("owner")
def offer_close(request: PortalRequest, offer_id: UUID) -> HttpResponse:
    try:
        close_offer(customer_id=request.customer.pk, offer_id=offer_id)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The offer is closed. Whoever took a seat keeps it.")
    return redirect("portal:joining", request.customer.pk)
