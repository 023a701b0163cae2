"""Idempotency keys as Stripe documents them: the first answer again, a conflict, or an error for another body."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Kept:
    """The first answer under a key; empty while the first request runs."""

    digest: str
    status: int = 0
    body: bytes = b""


KEPT: dict[str, Kept] = {}


@web.middleware
async def keep_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One execution a key; answers of 401 and 429 are not kept."""
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        return await handler(request)
    digest = hashlib.sha256(request.path.encode() + await request.read()).hexdigest()
    known = KEPT.get(key)
    if known is None:
        return await run_first(request, handler, key=key, digest=digest)
    if known.digest != digest:
        return no(400, "idempotency_error", "This key was used for another request.")
    if not known.status:
        return no(409, "idempotency_error", "A request with this key is running.")
    return web.Response(
        status=known.status, body=known.body, content_type="application/json",
        headers={"Idempotent-Replayed": "true"},
    )  # fmt: skip


async def run_first(
    request: web.Request, handler: Handler, *, key: str, digest: str
) -> web.StreamResponse:
    KEPT[key] = Kept(digest)
    try:
        answer = await handler(request)
    except BaseException:
        del KEPT[key]
        raise
    body = answer.body if isinstance(answer, web.Response) else None
    if answer.status in (401, 429) or not isinstance(body, bytes):
        del KEPT[key]
    else:
        KEPT[key].body, KEPT[key].status = body, answer.status
    return answer


def no(status: int, kind: str, message: str) -> web.Response:
    text = json.dumps({"error": {"type": kind, "message": message}})
    return web.Response(status=status, text=text, content_type="application/json")
