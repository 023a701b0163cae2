"""Invitations of a customer: the list, sending one again, taking one back."""

from contextlib import suppress
from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import OperationalError

from accounts.views.filters import any_of, page_number, query_without_page
from billing.enums import InvitationReserves
from billing.models import Invitation
from billing.operations.foresee_seats import SeatCost, foresee_seats
from billing.operations.invite_people import seat_change
from billing.operations.resend_invitation import resend_invitation
from billing.operations.revoke_invitation import revoke_invitation
from billing.queries.invitations import managed_invitations
from billing.tasks import send_invitations
from kernel.refusal import Refusal
from portal.queries.invitation_list import (
    STATES,
    InvitationFilter,
    count_by_state,
    invitation_page,
    invitation_row,
)
from portal.views.page import PortalRequest, portal_page, show
from portal.views.people import show_people


class InvitationFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False, max_length=200)
    state = any_of(STATES.items(), "State")

    def asked(self) -> InvitationFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return InvitationFilter(**given)


@require_GET
@portal_page("people")
def invitations(request: PortalRequest) -> HttpResponse:
    form = InvitationFilterForm(request.GET)
    asked = form.asked()
    now = timezone.now()
    return show_people(
        request,
        "portal/invitations/list.html",
        title="Invitations",
        form=form,
        asked=asked,
        page=invitation_page(request.rights, asked, number=page_number(request), at=now),
        counts=count_by_state(request.rights, at=now),
        query=query_without_page(request),
    )


@require_POST
@portal_page("people")
def resend(request: PortalRequest, invitation_id: UUID) -> HttpResponse:
    own_invitation(request, invitation_id)
    try:
        sent = resend_invitation(
            invitation_id=invitation_id, rights=request.rights, at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        call_a_hand()
        messages.success(
            request, f"Sent again to {sent.email}, with a new link. The old link works no more."
        )
    return redirect("portal:invitations", request.customer.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("people")
def revoke(request: PortalRequest, invitation_id: UUID) -> HttpResponse:
    """Ask with its consequence, then do it."""
    found = own_invitation(request, invitation_id)
    if request.method != "POST":
        return ask_to_revoke(request, found)
    try:
        revoke_invitation(
            invitation_id=invitation_id,
            rights=request.rights,
            by=cast(User, request.user),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"The invitation to {found.email} is taken back.")
    return redirect("portal:invitations", request.customer.pk)


def ask_to_revoke(request: PortalRequest, found: Invitation) -> HttpResponse:
    now = timezone.now()
    costs: tuple[SeatCost, ...] = ()
    if found.reserves == InvitationReserves.INVITED_SEAT:
        release = seat_change("release", found)
        costs = foresee_seats(customer_id=request.customer.pk, changes=[release], at=now).costs
    return show(
        request,
        "portal/invitations/revoke.html",
        title=f"Take back the invitation to {found.email}?",
        row=invitation_row(found, at=now),
        costs=costs,
    )


def own_invitation(request: PortalRequest, invitation_id: UUID) -> Invitation:
    """One of groups the person does not administer is not found."""
    found = managed_invitations(request.rights).filter(pk=invitation_id).first()
    if found is None:
        raise Http404
    return found


def call_a_hand() -> None:
    """Send what is written now; without a broker the next minute does."""
    with suppress(OperationalError):
        send_invitations.delay()
