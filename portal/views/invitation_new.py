"""Invite one person or many: who, where and to which seat; what it would do and cost; then do it."""

from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.calc.invitees import read_invitees
from billing.calc.seat_changes import SeatChange
from billing.enums import InvitationReserves, InvitationRole
from billing.models import Invitation
from billing.operations.foresee_seats import SeatForesight, foresee_seats
from billing.operations.invite_people import InviteAnswer, invite_people
from billing.operations.plan_invitations import (
    NewInvitation,
    PlannedInvitation,
    plan_invitations,
)
from billing.queries.invitations import managed_invitations
from kernel.refusal import Refusal
from portal.queries.groups_tree import group_choices
from portal.queries.seats_to_give import read_seat, seats_to_give
from portal.views.invitations import call_a_hand
from portal.views.page import PortalRequest, portal_page, show

ROLES = [
    (InvitationRole.MEMBER.value, "Members"),
    (InvitationRole.GROUP_ADMINISTRATOR.value, "Group administrators: manage people and seats"),
]
BILLING = (
    InvitationRole.BILLING_ADMINISTRATOR.value,
    "Billing administrators: manage invoices and payment, without a group or a seat",
)


class InviteForm(forms.Form):
    """Choices are those of whoever invites."""

    people = forms.CharField(
        label="Who",
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
        help_text="One e-mail address a line, with a name if you like: Ada Lovelace &lt;ada@acme.com&gt;",
    )
    group = forms.ChoiceField(required=False)
    seat = forms.ChoiceField(required=False)
    role = forms.ChoiceField(label="As", widget=forms.RadioSelect)

    def __init__(self, request: PortalRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rights = request.rights
        groups = [(str(one.id), one.path) for one in group_choices(rights)]
        seats = seats_to_give(customer_id=rights.customer_id, at=timezone.now())
        choice = cast(Any, self.fields)
        choice["group"].choices = groups
        choice["seat"].choices = [*seats, ("", "No seat")]
        choice["seat"].initial = seats[0][0] if seats else ""
        choice["role"].choices = [*ROLES, BILLING] if rights.is_owner else ROLES

    def wishes(self) -> list[NewInvitation]:
        role = self.cleaned_data["role"]
        is_billing = role == InvitationRole.BILLING_ADMINISTRATOR
        group = self.cleaned_data["group"]
        subscription_id, seat_type_id = read_seat("" if is_billing else self.cleaned_data["seat"])
        return [
            NewInvitation(
                email=one.email,
                name=one.name,
                role=role,
                group_id=UUID(group) if group and not is_billing else None,
                subscription_id=subscription_id,
                seat_type_id=seat_type_id,
            )
            for one in read_invitees(self.cleaned_data["people"])
        ]

    def fingerprint(self) -> str:
        """Tells whether what is sent is what was looked at."""
        said = "\n".join(map(repr, self.wishes()))
        return sha256(said.encode()).hexdigest()


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("people")
def invitation_new(request: PortalRequest) -> HttpResponse:
    """Filled in, it shows what would happen; the button there does it, and nothing else than shown."""
    if request.method != "POST":
        return shown(request, InviteForm(request, initial=again(request)))
    form = InviteForm(request, request.POST)
    if not form.is_valid():
        return shown(request, form)
    try:
        if request.POST.get("invite") == form.fingerprint():
            return invite(request, form)
        return look_ahead(request, form)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
    return shown(request, form)


def again(request: PortalRequest) -> dict[str, str]:
    """What an earlier invitation said, for inviting the same person again."""
    role = {"role": InvitationRole.MEMBER.value}
    try:
        key = UUID(request.GET.get("again", ""))
    except ValueError:
        return role
    found: Invitation | None = managed_invitations(request.rights).filter(pk=key).first()
    if found is None:
        return role
    return {
        "people": f"{found.name} <{found.email}>" if found.name else found.email,
        "group": str(found.group_id or ""),
        "seat": f"{found.subscription_id}/{found.seat_type_id}" if found.seat_type_id else "",
        "role": found.role,
    }


def look_ahead(request: PortalRequest, form: InviteForm) -> HttpResponse:
    now = timezone.now()
    planned = plan_invitations(people=form.wishes(), rights=request.rights, at=now)
    invited = [one for one in planned if one.refusal is None]
    foresight = foreseen(request, invited)
    return shown(
        request,
        form,
        planned=planned,
        invited=invited,
        refused=[one for one in planned if one.refusal],
        kept=[one for one in invited if one.reserves == InvitationReserves.FREE_SEAT],
        counts_now=any(one.reserves == InvitationReserves.INVITED_SEAT for one in invited),
        seatless=[one.change.grantee for one in foresight.refused] if foresight else [],
        why_seatless=foresight.refused[0].message if foresight and foresight.refused else "",
        costs=foresight.costs if foresight else (),
        looked=form.fingerprint(),
    )


def foreseen(request: PortalRequest, invited: list[PlannedInvitation]) -> SeatForesight | None:
    """
    What the seats would cost that are not bought yet: now where they count, else when accepted.

    Those that are kept are among them, so that nobody else gets them; they cost nothing.
    """
    if all(one.reserves == InvitationReserves.FREE_SEAT or not one.seat_type for one in invited):
        return None
    changes = [
        SeatChange(
            kind="invite" if one.reserves == InvitationReserves.INVITED_SEAT else "assign",
            subscription=one.subscription.external_id,
            seat_type=one.seat_type.code,
            grantee=one.email,
            group=one.group.external_id,
        )
        for one in invited
        if one.subscription and one.seat_type and one.group
    ]
    return foresee_seats(customer_id=request.customer.pk, changes=changes, at=timezone.now())


def invite(request: PortalRequest, form: InviteForm) -> HttpResponse:
    answers = invite_people(
        people=form.wishes(),
        rights=request.rights,
        by=cast(User, request.user),
        at=timezone.now(),
    )
    call_a_hand()
    invited = [one for one in answers if one.is_invited]
    if invited:
        messages.success(request, f"Invited: {', '.join(one.email for one in invited)[:500]}.")
    for one in refused_of(answers):
        messages.error(request, f"Not invited: {one.email}. {one.message}")
    return redirect("portal:invitations", request.customer.pk)


def refused_of(answers: list[InviteAnswer]) -> list[InviteAnswer]:
    """The first ones; more would not be read."""
    return [one for one in answers if not one.is_invited][:20]


def shown(request: PortalRequest, form: InviteForm, **context: Any) -> HttpResponse:
    return show(request, "portal/invitations/new.html", title="Invite people", form=form, **context)
