"""A server of the tests' own that answers as VIES or Stripe would, or fails as they do."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl


class Register(ThreadingHTTPServer):
    """Answers `says` to every question and remembers what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.says: object = {"valid": True, "userError": "VALID"}
        self.status = 200
        self.delay_seconds = 0.0
        self.asked: list[dict] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/rest-api"

    def handle_error(self, request, client_address) -> None:
        """A client that hung up is part of the story."""


class Answering(BaseHTTPRequestHandler):
    server: Register

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append({"path": self.path, **self.read(body)})
        time.sleep(self.server.delay_seconds)
        says = self.server.says
        content = says if isinstance(says, bytes) else json.dumps(says).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def read(self, body: bytes) -> dict:
        """JSON as VIES takes it, or a form with an idempotency key as Stripe does."""
        if self.headers["Content-Type"] == "application/json":
            return json.loads(body)
        key = self.headers["Idempotency-Key"]
        return {"key": key, **dict(parse_qsl(body.decode()))}

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def open_register() -> Iterator[Register]:
    register = Register()
    thread = threading.Thread(target=register.serve_forever, daemon=True)
    thread.start()
    try:
        yield register
    finally:
        register.shutdown()
        register.server_close()
        thread.join()
