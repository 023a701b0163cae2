"""The stand-in for Stripe as a process, with a wire in front of it that loses, delays and refuses."""

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

KEY = "sk_test_" + "0" * 24
PATIENCE_SECONDS = 20
Executed = tuple[str, str]


@dataclass
class Wire:
    """What happens to the next requests: "lose" runs one and cuts its answer, a number answers it."""

    upstream: int
    faults: list[str | int] = field(default_factory=list)
    executed: list[Executed] = field(default_factory=list)
    bodies: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def charges(self) -> int:
        """How often a PaymentIntent was really made."""
        return self.executed.count(("POST", "/v1/payment_intents"))

    def call(self, method: str, path: str, **form: str) -> dict:
        """Straight to the stand-in, as a test's own hand."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=10)
        head = {
            "Authorization": f"Bearer {KEY}", "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        connection.request(method, path, urlencode(form), head)
        return json.loads(connection.getresponse().read() or b"{}")

    def visit(self, page: str, **form: str) -> str:
        """As a person in a browser: where the page sends them, or what it says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=10)
        head = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", page, urlencode(form), head)
        found = connection.getresponse()
        return found.headers.get("Location") or found.read().decode()


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wire: Wire

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.wire.faults.pop(0) if self.wire.faults else None
        if isinstance(fault, int):
            kind = "rate_limit_error" if fault == 429 else "api_error"
            return self.answer(fault, json.dumps({"error": {"type": kind}}).encode())
        connection = http.client.HTTPConnection("127.0.0.1", self.wire.upstream, timeout=10)
        connection.request(self.command, self.path, body, dict(self.headers))
        found = connection.getresponse()
        text = found.read()
        self.wire.bodies.append((self.path, body.decode()))
        if not found.headers.get("Idempotent-Replayed"):
            self.wire.executed.append((self.command, self.path.split("?")[0]))
        if fault == "lose":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        return self.answer(found.status, text)

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Silent: what happened is in the wire's list."""

    do_GET = do_POST = do_DELETE = serve  # noqa: N815 - named by the library


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder: Path, *told: str) -> tuple[subprocess.Popen, Wire, ThreadingHTTPServer]:
    wire = Wire(upstream=free_port())
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "config.stripe_stand_in", "--port", str(wire.upstream)),
            *("--state", str(folder / "stand-in.pickle")),
            *told,
        ]
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", wire.upstream)) == 0:
                break
        time.sleep(0.05)
    handler = type("PassingHere", (Passing,), {"wire": wire})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    wire.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return child, wire, server
