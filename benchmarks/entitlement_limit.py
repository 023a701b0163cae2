"""What the server and the load generator take alone: an application that answers at once."""

from collections.abc import Callable, Iterable
from typing import Any

CONTENT = b"x" * 1_200


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", str(len(CONTENT)))])
    return [CONTENT]
