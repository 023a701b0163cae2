"""A name for each request: on its answer, on each line of the log and on the trail."""

import re
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest

HEADER = "X-Request-Id"
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
MACHINES = ("/api/", "/scim/")

current: ContextVar[str] = ContextVar("request_name", default="")


def request_name(request: HttpRequest) -> str:
    """
    The name that a machine sent, if it is a plain one; else one made here.

    People's browsers send none, and what claims to be theirs is not believed.
    """
    if not hasattr(request, "trail_id"):
        sent = request.headers.get(HEADER, "") if request.path.startswith(MACHINES) else ""
        request.trail_id = name_for(sent)  # type: ignore[attr-defined]
    return str(request.trail_id)  # type: ignore[attr-defined]


def name_for(sent: str) -> str:
    return sent if SANE.fullmatch(sent) else uuid4().hex
