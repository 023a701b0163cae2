"""The page of an offer: whoever has an address of its domain takes a seat, first come."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.calc.domains import joined_domains
from billing.models import ClaimOffer
from billing.operations.claim_seat import check_claim, claim_seat, find_offer
from billing.queries.claim_offers import may_claim
from kernel.refusal import Refusal
from portal.views.accept import page, signed_in
from portal.views.sign_in import TOO_OFTEN, AddressForm, send_link

STATUS = {
    "offer_unknown": 404,
    "offer_closed": 410,
    "offer_for_other_domains": 403,
    "address_outside_domains": 403,
    "address_of_staff": 403,
}
TAKEN = 409


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, offer_id: UUID) -> HttpResponseBase:
    """What is offered and to whom; the button takes the seat. Taking it again changes nothing."""
    offer: ClaimOffer | None = None
    try:
        offer = find_offer(offer_id)
        person = signed_in(request)
        if request.method == "POST":
            return claimed(request, offer, person) if person else prove_address(request, offer)
        if person is not None and not offer.claims.filter(user=person).exists():
            check_claim(offer, person)
    except Refusal as refusal:
        words = {"refusal": refusal, "offer": offer, "account": request.user}
        status = STATUS.get(refusal.code, TAKEN)
        return page(request, "claim_refused", title="No seat here", status=status, **words)
    return page(request, "claim", title="Take a seat", status=200, **facts(request, offer, person))


def prove_address(request: HttpRequest, offer: ClaimOffer) -> HttpResponseBase:
    """Somebody new gets an account without a password; a link to the mailbox signs them in."""
    form = AddressForm(request.POST)
    if form.is_valid() and not may_claim(offer_id=offer.pk, email=form.cleaned_data["email"]):
        form.add_error("email", f"The offer is for addresses of {joined_domains(offer.domains)}.")
    if form.is_valid():
        email = form.cleaned_data["email"]
        if send_link(request, email, onward=request.path, admits_new=True):
            return redirect("portal:link_sent")
        form.add_error(None, TOO_OFTEN)
    words = facts(request, offer, None) | {"form": form}
    return page(request, "claim", title="Take a seat", status=422, **words)


def claimed(request: HttpRequest, offer: ClaimOffer, person: User) -> HttpResponse:
    done = claim_seat(offer_id=offer.pk, user=person, at=timezone.now())
    if done.is_new:
        messages.success(request, f"Welcome to {offer.customer.legal_name}. The seat is yours.")
    return redirect("portal:home", offer.customer_id)


def facts(request: HttpRequest, offer: ClaimOffer, person: User | None) -> dict[str, Any]:
    here = urlencode({"next": request.path})
    return {
        "offer": offer,
        "domains": joined_domains(offer.domains),
        "account": person,
        "has_claimed": person is not None and offer.claims.filter(user=person).exists(),
        "form": AddressForm(),
        "sign_in": f"{reverse('portal:sign_in')}?{here}",
    }
