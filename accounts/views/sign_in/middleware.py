"""What every request of a signed-in person must pass: limits of the session, and the second factor."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.views.sign_in.again import came_from, place_to_ask, whole_page
from accounts.views.sign_in.proof import has_factor, second_factor_proved

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
WRITE_EVERY = 60  # seconds between two notes that somebody is here
GetResponse = Callable[[HttpRequest], HttpResponseBase]

WITHOUT_FACTOR = frozenset(
    ["account_logout", "account_second_factor", "mfa_activate_totp", "mfa_add_webauthn",
     "account_reauthenticate", "openid_connect_login", "openid_connect_callback"]
)  # fmt: skip
WITHOUT_PROOF = frozenset(
    ["account_logout", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
     "account_reauthenticate"]
)  # fmt: skip


def is_signed_in(request: HttpRequest) -> bool:
    """Without a query for those who bring no session: products, gateways, customers with a link."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


class SessionLimits:
    """End a session that was idle for too long, or is too old however busy it was."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_signed_in(request):
            if ended := why_over(request):
                logout(request)
                messages.info(request, ended)
            else:
                note_presence(request)
        return self.get_response(request)


def why_over(request: HttpRequest) -> str:
    """Why the session is over; empty while it is not."""
    now = timezone.now().timestamp()
    oldest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    idle = timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    if now - request.session.get(SIGNED_IN_AT, now) >= oldest.total_seconds():
        return f"You were signed out {oldest.total_seconds() / 3600:g} hours after signing in."
    if now - request.session.get(SEEN_AT, now) >= idle.total_seconds():
        return (
            f"You were signed out after {settings.SESSION_IDLE_MINUTES} minutes without activity."
        )
    return ""


def note_presence(request: HttpRequest) -> None:
    """At most once a minute. A page that refreshes its parts by itself is not a person at work."""
    now = timezone.now()
    session = request.session
    if SIGNED_IN_AT not in session:
        session[SIGNED_IN_AT] = session[SEEN_AT] = now.timestamp()
    by_itself = request.method == "GET" and request.headers.get("HX-Request")
    if by_itself or now.timestamp() - session.get(SEEN_AT, 0) < WRITE_EVERY:
        return
    session[SEEN_AT] = now.timestamp()
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)


class SecondFactor:
    """Staff see nothing before their session has proved a second factor."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if settings.STAFF_SECOND_FACTOR != "required" or not is_signed_in(request):
            return None
        if not request.user.is_staff or second_factor_proved(request):
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        back = urlencode({"next": came_from(request)})
        if has_factor(request.user):
            place = f"{place_to_ask(request)}&{back}"
            return None if name in WITHOUT_PROOF else whole_page(request, place)
        place = f"{reverse('account_second_factor')}?{back}"
        return None if name in WITHOUT_FACTOR else whole_page(request, place)
