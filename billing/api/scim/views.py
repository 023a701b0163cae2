"""Answers directories: whose token, how often, what was answered and what it did."""

import json
import logging
from datetime import datetime

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from scim2_models import Error, PayloadTooLargeException, SCIMException, UnauthorizedException
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from uuid6 import uuid7

from accounts.enums import ActorKind
from accounts.models import DirectoryRequest, DirectoryToken
from accounts.operations.accept_directory_token import accept_directory_token
from accounts.operations.record_audit import Actor
from billing.api.authentication import SCHEME
from billing.api.rate_limit import count_request, rate_headers
from billing.api.scim.resources import PROVIDER
from billing.api.scim.service import SERVICE
from billing.api.scim.storage import DirectoryStorage
from billing.operations.follow_directory import Followed, Origin

logger = logging.getLogger(__name__)

ROOT = "/scim/v2"
PUBLIC = ("GET", "/ServiceProviderConfig")
SEARCH = ".search"
LONGEST_PATH = 300
LONGEST_NAME = 36
TOO_MANY = "Too many requests. Wait as long as Retry-After says."


def scim(request: HttpRequest) -> HttpResponse:
    """The token says whose directory it is."""
    at = timezone.now()
    try:
        asked = asked_of(request)
        if (asked.method, asked.path) == PUBLIC:
            with PROVIDER:
                return sent(SERVICE.service_provider_config(asked.url, asked.query))
        token = token_of(request, at)
    except SCIMException as problem:
        return sent(SERVICE.error_response(problem))
    known_as(request, token)
    state = count_request(f"scim:{token.pk}", None)
    if state.is_allowed:
        answer = handled(request, asked, token, at)
    else:
        error = Error(status=429, detail=TOO_MANY)
        wait = {"Retry-After": str(state.reset_seconds)}
        answer = ScimResponse(429, error.model_dump(), wait)  # type: ignore[arg-type]
    answer.headers.update(rate_headers(state))
    return sent(answer)


def asked_of(request: HttpRequest) -> ScimRequest:
    """
    :raises PayloadTooLargeException: if the body is larger than any request may be
    """
    try:
        body = request.body
    except RequestDataTooBig as problem:
        raise PayloadTooLargeException(detail="The body is too large.") from problem
    return ScimRequest(
        method=request.method or "GET",
        base_url=request.build_absolute_uri(ROOT),
        path=request.path_info.removeprefix(ROOT),
        query=request.GET.dict(),
        headers=dict(request.headers),
        body=body,
    )


def token_of(request: HttpRequest, at: datetime) -> DirectoryToken:
    """
    :raises UnauthorizedException: without a token that works
    """
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(SCHEME):
        raise UnauthorizedException(detail="Send the directory's token as Bearer.")
    token = accept_directory_token(text=header[len(SCHEME) :].strip(), at=at)
    if token is None:
        raise UnauthorizedException(detail="This token is unknown, revoked or expired.")
    return token


def known_as(request: HttpRequest, token: DirectoryToken) -> None:
    """Who sent it, for the trail."""
    request.directory_token = token  # type: ignore[attr-defined]
    request.user = Actor(  # type: ignore[assignment]
        ActorKind.API_CLIENT, str(token.pk), f"Directory “{token.name}”"
    )


def handled(
    request: HttpRequest, asked: ScimRequest, token: DirectoryToken, at: datetime
) -> ScimResponse:
    """The answer, and a line of what changed or was refused."""
    is_writing = asked.method not in ("GET", "HEAD") and not asked.path.endswith(SEARCH)
    # of our own making: what a machine calls its request need not be unique
    origin = Origin(token.customer_id, f"Directory “{token.name}”", str(uuid7()), at)
    storage = DirectoryStorage(origin, is_writing=is_writing)
    try:
        answer = ScimHandler(SERVICE, storage).handle(asked)
    except SCIMException as problem:
        answer = SERVICE.error_response(problem)
    except Exception as bug:  # a directory reads SCIM alone, also where we are at fault
        logger.exception("SCIM broke: %s %s", asked.method, asked.path)
        answer = SERVICE.error_response(bug)
    if is_writing or answer.status >= 400:
        named = str(getattr(request, "trail_id", ""))
        note(asked, answer, token, origin, storage.followed, named)
    return answer


def note(
    asked: ScimRequest,
    answer: ScimResponse,
    token: DirectoryToken,
    origin: Origin,
    followed: Followed,
    named: str,
) -> None:
    """For the page “Directory” of the portal; outside of the transaction that may have failed."""
    DirectoryRequest.objects.create(
        id=origin.request_id,
        customer_id=origin.customer_id,
        token=token,
        request_id=named[:LONGEST_NAME],
        method=asked.method,
        path=path_of(asked, answer).replace("\x00", "")[:LONGEST_PATH],
        status=int(answer.status),
        detail=complaint_of(answer),
        seats_given=followed.given,
        seats_taken=followed.taken,
        asked_at=origin.at,
    )


def path_of(asked: ScimRequest, answer: ScimResponse) -> str:
    """The address asked for, or of what was made there."""
    return answer.headers.get("Location", asked.path).removeprefix(asked.base_url)


def complaint_of(answer: ScimResponse) -> str:
    """What the directory was told when refused; of a bulk request the first complaint and how many."""
    body = answer.body or {}
    if answer.status >= 400:
        return str(body.get("detail") or "").replace("\x00", "")
    outcomes = [one.get("response") or {} for one in body.get("Operations", [])]
    complaints = [str(one["detail"]) for one in outcomes if one.get("detail")]
    if not complaints:
        return ""
    return f"{len(complaints)} of {len(outcomes)} refused: {complaints[0]}".replace("\x00", "")


def sent(answer: ScimResponse) -> HttpResponse:
    content = b"" if answer.body is None else json.dumps(answer.body).encode()
    response = HttpResponse(content, status=int(answer.status))
    for name, value in answer.headers.items():
        response.headers[name] = value
    if answer.body is None:
        del response.headers["Content-Type"]
    return response
