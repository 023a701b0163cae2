"""An HTTP door in front of the stand-in for Stripe: answers get lost, late, or are never meant so."""

import hashlib
import hmac
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

KEY = "sk_test_" + "c" * 24
SECRET = "whsec_chaos"
CHARGES = "/v1/payment_intents"
REFUNDS = "/v1/refunds"
PAGE = 100


@dataclass(slots=True)
class Trouble:
    """
    What happens to the next `times` requests whose method and path begin so.

    `runs`: whether Stripe does what was asked. `status`: what is answered; 0 drops the connection,
    200 passes the true answer on. `seconds`: how late. `act` is called before the answer: there a
    process is killed.
    """

    method: str = "POST"
    path: str = CHARGES
    runs: bool = True
    status: int = 200
    seconds: float = 0.0
    times: int = 1
    act: Callable[[], None] = lambda: None
    met: threading.Event = field(default_factory=threading.Event)


class StripeDoor:
    """Listens on loopback, passes on to the stand-in, and counts what really ran there."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self.troubles: list[Trouble] = []
        self.asked = 0
        self._lock = threading.Lock()
        handler = type("PassingOn", (PassingOn,), {"door": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def expect(self, trouble: Trouble) -> Trouble:
        with self._lock:
            self.troubles.append(trouble)
        return trouble

    def calm(self) -> None:
        with self._lock:
            self.troubles.clear()

    def trouble_for(self, method: str, path: str) -> Trouble | None:
        with self._lock:
            self.asked += 1
            for trouble in self.troubles:
                if method == trouble.method and path.startswith(trouble.path):
                    trouble.times -= 1
                    if trouble.times <= 0:
                        self.troubles.remove(trouble)
                    return trouble
        return None

    def direct(self, method: str, path: str, **form: str) -> dict[str, Any]:
        """Straight to the stand-in, past all trouble: the campaign's own hand."""
        status, body = pass_on(
            self.upstream, method, path, urlencode(form).encode(),
            {"Authorization": f"Bearer {KEY}", "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(body)
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer

    def all_of(self, path: str) -> list[dict[str, Any]]:
        """Every object of a list."""
        found: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            page = self.direct("GET", f"{path}?{urlencode({'limit': str(PAGE), **more})}")
            found += page["data"]
            if not page["has_more"]:
                return found
            more = {"starting_after": page["data"][-1]["id"]}


def pass_on(
    port: int, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, bytes]:
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        caller.request(method, path, body, headers)
        reply = caller.getresponse()
        return reply.status, reply.read()
    finally:
        caller.close()


class PassingOn(BaseHTTPRequestHandler):
    """One request through the door."""

    protocol_version = "HTTP/1.1"
    door: StripeDoor

    def pass_through(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        trouble = self.door.trouble_for(self.command, self.path) or Trouble()
        status, answer = 200, b"{}"
        if trouble.runs:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("host", "connection", "accept-encoding")
            }
            status, answer = pass_on(self.door.upstream, self.command, self.path, body, headers)
        trouble.act()
        time.sleep(trouble.seconds)
        trouble.met.set()
        if trouble.status == 0:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        if trouble.status != 200:
            kind = "rate_limit_error" if trouble.status == 429 else "api_error"
            status, answer = trouble.status, json.dumps({"error": {"type": kind}}).encode()
        with suppress(OSError):  # the caller may have given up, or been killed
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_said: object) -> None:
        """Silent."""

    do_GET = do_POST = do_DELETE = pass_through  # noqa: N815 - named by the library


def event_about(kind: str, subject: dict[str, Any], event_id: str) -> bytes:
    """A webhook's body as Stripe writes it."""
    return json.dumps(
        {
            "id": event_id, "object": "event", "api_version": "2020-08-27", "type": kind,
            "created": int(time.time()), "livemode": False, "data": {"object": subject},
        }
    ).encode()  # fmt: skip


def signature_of(body: bytes) -> str:
    """The header under which we believe it."""
    at = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def send_webhook(port: int, body: bytes) -> int:
    """Delivered to the web as Stripe does, by any number of callers; the status, 0 without an answer."""
    headers = {"Stripe-Signature": signature_of(body), "Content-Type": "application/json"}
    try:
        status, _ = pass_on(port, "POST", "/webhooks/stripe", body, headers)
    except (OSError, http.client.HTTPException):
        return 0
    return status
