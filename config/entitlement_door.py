"""GET entitlements of a person, answered before Django's chain: the same facts, decision and bytes, sooner."""

import logging
from collections.abc import Sequence
from urllib.parse import parse_qsl

from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone
from django.utils.http import parse_etags

from accounts.operations.issue_api_key import key_digest
from billing.api.authentication import SCHEME
from billing.api.entitlement_answers import answer_bytes, weak_etag
from billing.api.entitlements import MAY_ASK
from billing.api.rate_limit import RateState, count_request, rate_headers
from billing.calc.entitlements import decide
from billing.queries.entitlements import Question
from billing.queries.entitlements_prepared import AskedWithKey, Asker, ask_prepared
from config.door import ACCEPTED, Answer, Door, Environ
from kernel.together import Together

logger = logging.getLogger(__name__)

PATH = "/api/v1/entitlements"
LONGEST = {"grantee": 100, "customer": 100, "feature": 50}


class EntitlementDoor(Door[Question]):
    """Yes-or-no questions, answered 200 or 304."""

    def read(self, environ: Environ) -> Question | None:
        return read_question(environ)

    def answer(self, asked: Question, environ: Environ) -> Answer | None:
        return answer_of(asked, environ)


def read_question(environ: Environ) -> Question | None:
    """The question, if it is asked as documented; nothing is refused here."""
    if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "GET":
        return None
    query = environ.get("QUERY_STRING", "")
    has_body = environ.get("CONTENT_LENGTH") not in (None, "", "0")
    if has_body or not query.isascii() or environ.get("HTTP_ACCEPT", "") not in ACCEPTED:
        return None
    pairs = parse_qsl(query, keep_blank_values=True)
    said = dict(pairs)
    if len(said) != len(pairs) or not all(is_plain(*one) for one in pairs):
        return None
    if not (said.get("grantee") and said.get("customer")):
        return None
    return Question(said["grantee"], said["customer"], said.get("feature", ""))


def is_plain(name: str, value: str) -> bool:
    """A known name, not too long, and nothing a serializer would trim or refuse."""
    most = LONGEST.get(name, -1)
    return len(value) <= most and value == value.strip() and value.isprintable()


def answer_of(question: Question, environ: Environ) -> Answer | None:
    """What the view would answer; None: Django is to."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    if header[: len(SCHEME)].lower() != SCHEME:
        return None
    digest = key_digest(header[len(SCHEME) :].strip())
    try:
        asker, content = ask_together(AskedWithKey(question, digest))
    except Exception:  # of one question, for all asked with it: Django answers each alone
        logger.exception("A question about entitlements is handed on to Django")
        return None
    state = admitted(asker)
    if asker is None or state is None:
        return None
    etag, known = weak_etag(content), environ.get("HTTP_IF_NONE_MATCH")
    is_known = known is not None and etag in parse_etags(known)
    if is_known:
        content = b""
    headers = [("ETag", etag), ("Content-Length", str(len(content))), *rate_headers(state).items()]
    return Answer(304 if is_known else 200, content, headers, asker.client_id)


def answers_to(asked: Sequence[AskedWithKey]) -> list[tuple[Asker | None, bytes]]:
    """Of each question who asks, and the answer as it is sent. One thread makes them all while it is at it."""
    now = timezone.now()
    try:
        found = ask_prepared(asked, at=now)
    except DatabaseError:
        connection.close()
        raise
    return [
        (asker, answer_bytes(decide(facts, feature=one.question.feature, at=now)))
        for one, (asker, facts) in zip(asked, found, strict=True)
    ]


ask_together = Together(answers_to)


def admitted(asker: Asker | None) -> RateState | None:
    """The state of the key's minute, if it may ask; a key of the sandbox asks elsewhere."""
    if asker is None or asker.is_sandbox or MAY_ASK.isdisjoint(asker.scopes):
        return None
    state = count_request(asker.client_id, asker.requests_per_minute)
    return state if state.is_allowed else None
