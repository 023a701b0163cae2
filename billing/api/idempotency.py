"""Idempotency-Key: the same key and body get the first answer again; another body is refused."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiClient, ApiReply
from billing.api.authentication import caller
from billing.api.rendering import ExactEncoder

HEADER = "Idempotency-Key"
LONGEST = 255


def once(request: Request, *, at: datetime, act: Callable[[], Response]) -> Response:
    """
    Act, or answer as before. The reply is stored in the transaction that acts.

    409 `idempotency_key_reused` for another body, `idempotency_key_in_use` while the first request
    is being answered. Answers of 500 and above are not kept.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return act()
    if len(key) > LONGEST:
        return conflict("idempotency_key_too_long", f"Use at most {LONGEST} characters.", 400)
    client = caller(request)
    with transaction.atomic():
        if not take_lock(client, key):
            return conflict("idempotency_key_in_use", "A request with this key is being answered.")
        digest = request_digest(request)
        known = ApiReply.objects.filter(client=client, idempotency_key=key).first()
        if known and known.request_digest != digest:
            return conflict("idempotency_key_reused", "This key came with another request before.")
        if known:
            headers = {"Idempotent-Replayed": "true"}
            return Response(known.body, status=known.status, headers=headers)
        response = act()
        ApiReply.objects.create(
            client=client, idempotency_key=key, request_digest=digest,
            status=response.status_code, body=as_sent(response), replied_at=at,
        )  # fmt: skip
        return response


def as_sent(response: Response) -> Any:
    """The body as the caller reads it: instants and decimals are text there."""
    return json.loads(json.dumps(response.data, cls=ExactEncoder))


def take_lock(client: ApiClient, key: str) -> bool:
    """A lock on the client's key that ends with the transaction, if nobody holds it."""
    number = int.from_bytes(hashlib.sha256(f"{client.pk}:{key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def request_digest(request: Request) -> str:
    parts = f"{request.method} {request.path}\n".encode() + request._request.body
    return hashlib.sha256(parts).hexdigest()


def conflict(code: str, message: str, status: int = 409) -> Response:
    return Response({"code": code, "message": message}, status=status)
