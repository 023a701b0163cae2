"""The page behind the link of an invitation: who invites whom to what, and accepting it. No sign-in."""

from dataclasses import dataclass
from typing import Any, cast

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.operations.person_with_address import AddressOfStaff, people_with_address
from accounts.queries.portal_rights import customers_of
from billing.documents.invitation_link import onward_token
from billing.enums import (
    InvitationMailKind,
    InvitationReserves,
    InvitationRole,
    InvitationState,
)
from billing.models import Invitation
from billing.operations.accept_invitation import (
    Joined,
    accept_as_new_person,
    accept_invitation,
    check_open,
    check_person,
)
from billing.operations.invitation_refusals import HasAccount
from billing.operations.open_invitation import open_invitation
from billing.operations.queue_invitation_mail import ask_inviter, name_of_inviter
from kernel.refusal import Refusal
from portal.queries.invitation_list import ROLES
from portal.views.invitations import call_a_hand


@dataclass(frozen=True, slots=True)
class Problem:
    """How a refusal is answered; its page is templates/portal/invitations/problem/<code>.html."""

    status: int
    title: str
    page: str = ""


PROBLEMS = {
    "invitation_unknown": Problem(404, "This invitation is not known"),
    "invitation_replaced": Problem(410, "There is a newer link"),
    "invitation_expired": Problem(410, "This invitation has expired"),
    "invitation_revoked": Problem(410, "This invitation was taken back"),
    "invitation_used": Problem(409, "This invitation was used already"),
    "invitation_used_by_you": Problem(200, "You have joined already"),
    "customer_closed": Problem(410, "This account is closed"),
    "already_a_member": Problem(409, "You belong to this team already"),
    "in_another_team": Problem(409, "You are in another team"),
    "address_outside_domains": Problem(403, "This address cannot be used here"),
    "address_of_staff": Problem(403, "Use another account"),
    "seat_gone": Problem(409, "No seat is free any more"),
}
OTHER = Problem(409, "This cannot be done now", "refused")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Opening it uses nothing up: programs that check mail open links. The button accepts."""
    found: Invitation | None = None
    try:
        found = open_invitation(token=token, at=timezone.now())
        person = signed_in(request)
        check_open(found, user=person, at=timezone.now())
        if person is not None:
            check_person(found, person)
        if request.method == "POST":
            return accepted(request, found, person)
    except HasAccount as refusal:
        return redirect(sign_in_url(refusal.invitation))
    except Refusal as refusal:
        return refused(request, refusal, token, found)
    return page(request, "invitation", title="You are invited", status=200, **facts(request, found))


def signed_in(request: HttpRequest) -> User | None:
    """
    :raises AddressOfStaff: members of staff are not customers' people under the same account
    """
    if not request.user.is_authenticated:
        return None
    person = request.user
    if person.is_staff:
        raise AddressOfStaff(
            "You are signed in with a staff account. Sign out, and open the link again."
        )
    return person


def accepted(request: HttpRequest, found: Invitation, person: User | None) -> HttpResponseBase:
    now = timezone.now()
    words = f"Welcome to {found.customer.legal_name}."
    if person is not None:
        joined = accept_invitation(invitation_id=found.pk, user=person, at=now)
        messages.success(request, words)
        return redirect(arrival(joined))
    user, joined = accept_as_new_person(invitation_id=found.pk, at=now)
    record_authentication(request, user, method="link")
    answer = perform_login(request, Login(user=user, redirect_url=arrival(joined)))
    messages.success(request, words)
    return cast(HttpResponseBase, answer)


def arrival(joined: Joined) -> str:
    return reverse("portal:home", args=[joined.customer_id])


def facts(request: HttpRequest, found: Invitation) -> dict[str, Any]:
    """Who invites whom to what, and with which account it would be accepted."""
    person = request.user if request.user.is_authenticated else None
    has_account = person is None and bool(people_with_address(found.email))
    return {
        "invitation": found,
        "inviter": name_of_inviter(found),
        "role": ROLES.get(InvitationRole(found.role), ""),
        "is_reserved": found.reserves != InvitationReserves.NONE,
        "account": person,
        "has_account": has_account,
        "is_other_address": person is not None and person.email.lower() != found.email,
        "elsewhere": elsewhere(person, found),
        "sign_in": sign_in_url(found),
    }


def elsewhere(person: User | None, found: Invitation) -> list[str]:
    """Other companies the person belongs to: nothing changes there, and the page says so."""
    if person is None:
        return []
    known = customers_of(user_id=person.pk)
    return [one.name for one in known if one.customer_id != found.customer_id]


def sign_in_url(found: Invitation) -> str:
    """The page to return to is written down while its reader signs in, so it names no real token."""
    token = onward_token(found.pk, found.resent_count, at=timezone.now())
    here = reverse("portal:invitation", args=[token])
    return f"{reverse('portal:sign_in')}?{urlencode({'next': here})}"


@never_cache
@require_POST
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Tell who invited that a new link is needed, or a seat."""
    found: Invitation | None = None
    try:
        found = open_invitation(token=token, at=timezone.now())
        is_open = found.state == InvitationState.PENDING and found.expires_at > timezone.now()
        sent = ask_inviter(
            invitation=found,
            kind=InvitationMailKind.ASKS_SEAT if is_open else InvitationMailKind.ASKS_LINK,
            person=asking(request, found),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return refused(request, refusal, token, found)
    call_a_hand()
    words = {"invitation": found, "inviter": name_of_inviter(found), "was_sent": sent is not None}
    return page(request, "asked", title="Thank you", status=200, **words)


def asking(request: HttpRequest, found: Invitation) -> str:
    person = request.user if request.user.is_authenticated else None
    return person.email if person and person.email else found.email


def refused(
    request: HttpRequest, refusal: Refusal, token: str, found: Invitation | None
) -> HttpResponse:
    """The problem's own page, which says what to do."""
    known = PROBLEMS.get(refusal.code, OTHER)
    about = found or getattr(refusal, "invitation", None)
    return page(
        request,
        f"problem/{known.page or refusal.code}",
        title=known.title,
        status=known.status,
        refusal=refusal,
        token=token,
        invitation=about,
        inviter=name_of_inviter(about) if about else "",
        account=request.user if request.user.is_authenticated else None,
        sign_in=sign_in_url(about) if about else reverse("portal:sign_in"),
    )


def page(
    request: HttpRequest, name: str, *, title: str, status: int, **context: Any
) -> HttpResponse:
    """Kept by nobody, found by no search engine."""
    answer = render(
        request, f"portal/invitations/{name}.html", {"title": title, **context}, status=status
    )
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
