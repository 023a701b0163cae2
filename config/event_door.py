"""POST entitlement events, received before Django's chain: the same operation and bytes, sooner."""

import logging
from io import BytesIO

from django.db import connection
from django.utils import timezone
from rest_framework.exceptions import ParseError

from accounts.enums import ApiScope
from accounts.models import ApiClient
from accounts.operations.issue_api_key import key_digest
from billing.api.authentication import SCHEME
from billing.api.errors import BodyInvalid
from billing.api.events import BATCH, ONE, Receiving
from billing.api.rate_limit import count_request, rate_headers
from billing.api.rendering import ExactJSONRenderer, StorableJSONParser
from billing.queries.client_of_key import client_of_key
from config.door import ACCEPTED, Answer, Door, Environ

logger = logging.getLogger(__name__)

MOST_BYTES = 4 * 1024 * 1024
EVENTS = "/api/v1/entitlement-events"
ADDRESSES = {EVENTS: ONE, f"{EVENTS}/batch": BATCH}


class EventDoor(Door[Receiving]):
    """Events with a readable body and without an Idempotency-Key: accepted, duplicate or refused."""

    def read(self, environ: Environ) -> Receiving | None:
        if environ["REQUEST_METHOD"] != "POST" or not is_plain(environ):
            return None
        return ADDRESSES.get(environ["PATH_INFO"])

    def answer(self, asked: Receiving, environ: Environ) -> Answer | None:
        content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = BytesIO(content)  # if Django is to answer, it reads it again
        try:
            return answer_of(asked, content, environ.get("HTTP_AUTHORIZATION", ""))
        except (BodyInvalid, ParseError):
            return None
        except Exception:
            logger.exception("Events are handed on to Django")
            connection.close()
            return None


def is_plain(environ: Environ) -> bool:
    """JSON of a known length, and nothing beside it that asks for more than an answer."""
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        environ.get("CONTENT_TYPE") == "application/json"
        and environ.get("HTTP_ACCEPT", "") in ACCEPTED
        and "HTTP_IDEMPOTENCY_KEY" not in environ
        and not environ.get("QUERY_STRING")
        and length.isdecimal() and int(length) <= MOST_BYTES
    )  # fmt: skip


def answer_of(asked: Receiving, content: bytes, authorization: str) -> Answer | None:
    """
    What the view would answer; None: Django is to.

    :raises BodyInvalid: ParseError likewise, if the body cannot be read
    """
    now, client = timezone.now(), sender(authorization)
    if client is None:
        return None
    said = asked.read(StorableJSONParser().parse(BytesIO(content)))
    state = count_request(str(client.pk), client.requests_per_minute)
    if not state.is_allowed:
        return None
    status, body = asked.receive(said, client=client, at=now)
    content = ExactJSONRenderer().render(body)
    headers = [("Content-Length", str(len(content))), *rate_headers(state).items()]
    return Answer(status, content, headers, str(client.pk))


def sender(authorization: str) -> ApiClient | None:
    """Whose key it is, if it may send events here; a key of the sandbox sends them elsewhere."""
    if authorization[: len(SCHEME)].lower() != SCHEME:
        return None
    client = client_of_key(key_digest(authorization[len(SCHEME) :].strip()))
    may_send = client and not client.is_sandbox and ApiScope.EVENTS_WRITE in client.scopes
    return client if may_send else None
