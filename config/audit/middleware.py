"""Puts on the trail who saw personal data and who changed what; without a trail, no such page."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.enums import ActorKind, AuditAction
from accounts.operations.record_audit import Actor, record_audit
from config.audit import changes, sign_ins
from config.audit.places import Place, place_of
from config.audit.requests import asked_by
from config.audit.subjects import Subject, subject_of
from config.way_out import way_out
from dunning.documents.pay_link import PayLinkExpired, PayLinkWrong, read_pay_token

logger = logging.getLogger(__name__)
SAFE = frozenset(["GET", "HEAD", "OPTIONS", "TRACE"])
MOST_NAMES = 40
TOLD_BY_SIGNALS = frozenset(["admin:login", "admin:logout"])
EXPORT_TYPES = ("text/csv",)
DOWNLOAD_TYPES = ("application/pdf", "application/xml", "application/zip")
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class AuditMiddleware:
    """
    The innermost middleware: it sees the answer of the view, also where the view failed.

    A view of personal data is written down before a byte of it leaves. If that fails, the answer is
    withheld (503). A change has happened by then; its answer says that the trail lacks it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        changes.watch()
        sign_ins.watch()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with changes.gathering() as changed:
            response = self.get_response(request)
        if getattr(request, "is_sandbox", False):  # nobody lives there, and its ids are not ours
            return response
        place = place_of(request.resolver_match)
        if place.is_personal or place.is_for_staff:
            response.headers["Cache-Control"] = "no-store, private"
        action = action_of(request, response, place)
        if not action:
            return response
        try:
            write(request, response, place, action=action, changed=changed)
        except DatabaseError:
            logger.exception("The trail could not be written: %s", place.name)
            return withheld(request, place)
        return response


def action_of(request: HttpRequest, response: HttpResponseBase, place: Place) -> str:
    """What is to be written down; empty: nothing happened that the trail tells of."""
    if not is_watched(request, place):
        return ""
    if request.method in SAFE:
        return action_of_view(response, place)
    return action_of_change(response)


def is_watched(request: HttpRequest, place: Place) -> bool:
    """Staff everywhere at the desk and in the admin; others where they meet personal data."""
    if place.is_for_staff:
        user = getattr(request, "user", None)
        return bool(user and user.is_authenticated and place.name not in TOLD_BY_SIGNALS)
    return place.is_personal


def action_of_view(response: HttpResponseBase, place: Place) -> str:
    status = response.status_code
    if status == 403:
        return AuditAction.REFUSED
    if not place.is_personal or status not in (200, 206, 304):
        return ""
    kind = response.headers.get("Content-Type", "")
    if kind.startswith(EXPORT_TYPES):
        return AuditAction.EXPORTED
    if kind.startswith(DOWNLOAD_TYPES) or response.headers.get("Content-Disposition"):
        return AuditAction.DOWNLOADED
    return AuditAction.VIEWED if place.subject_id or place.door == "pay" else AuditAction.LISTED


def action_of_change(response: HttpResponseBase) -> str:
    status = response.status_code
    if status in (401, 403):
        return AuditAction.REFUSED
    if status >= 500:
        return AuditAction.FAILED
    if status in (200, 400, 404, 405, 409, 422, 429):
        return AuditAction.SUBMITTED
    return AuditAction.CHANGED


def write(
    request: HttpRequest,
    response: HttpResponseBase,
    place: Place,
    *,
    action: str,
    changed: list[dict[str, Any]],
) -> None:
    """At most two queries: what the subject is, and the entry."""
    subject = subject_behind(request, place)
    if subject is None:
        return
    if changed and action == AuditAction.SUBMITTED:
        action = AuditAction.CHANGED
    record_audit(
        actor=actor_of(request, place, subject),
        action=action,
        subject_kind=place.subject_kind,
        subject_id=subject.id,
        label=subject.label,
        customer_id=subject.customer_id,
        detail=detail_of(request, response, place, changed),
        at=timezone.now(),
        **asked_by(request),
    )


def actor_of(request: HttpRequest, place: Place, subject: Subject) -> Any:
    if place.door == "pay":
        return Actor(ActorKind.CUSTOMER, str(subject.customer_id or ""), "Link in a message")
    return getattr(request, "user", None) or AnonymousUser()


def subject_behind(request: HttpRequest, place: Place) -> Subject | None:
    """A directory speaks of its own customer alone, whatever id it names."""
    if place.door == "pay":
        return paid_case(request)
    subject = subject_of(place.subject_kind, place.subject_id)
    token = getattr(request, "directory_token", None)
    return replace(subject, customer_id=token.customer_id) if token else subject


def paid_case(request: HttpRequest) -> Subject | None:
    """Whose page a link to pay opens; None for a link that opens nothing."""
    token = request.resolver_match.kwargs["token"] if request.resolver_match else ""
    try:
        link = read_pay_token(token=token, at=timezone.now())
    except (PayLinkWrong, PayLinkExpired):
        return None
    return subject_of("dunningcase", str(link.case_id))


def detail_of(
    request: HttpRequest,
    response: HttpResponseBase,
    place: Place,
    changed: list[dict[str, Any]],
) -> dict[str, Any]:
    """What was asked for, by names alone where values could be secret, and what changed."""
    detail: dict[str, Any] = {
        "view": place.name, "method": request.method, "status": response.status_code,
    }  # fmt: skip
    if request.GET and place.door != "pay":
        detail["asked"] = {name: request.GET[name] for name in sorted(request.GET)[:MOST_NAMES]}
    if request.method not in SAFE and request.POST:
        detail["sent"] = sorted(set(request.POST) - {"csrfmiddlewaretoken"})[:MOST_NAMES]
    if changed:
        detail["changes"] = changed
    if not place.is_known:
        detail["unclassified"] = True
    return detail


def withheld(request: HttpRequest, place: Place) -> HttpResponseBase:
    """The plain truth instead of the page: for a change, that it may have happened."""
    happened = request.method not in SAFE
    if place.door in ("api", "scim"):
        sentence = (
            "The audit trail cannot be written. Look whether your change took place, then try again."
            if happened
            else "The audit trail cannot be written, so nothing is shown. Try again later."
        )
        return JsonResponse({"code": "trail_unavailable", "message": sentence}, status=503)
    content = render_to_string(
        "trail_unavailable.html", {"happened": happened, "way": way_out(request)}
    )
    return HttpResponse(content, status=503, headers={"Cache-Control": "no-store, private"})
