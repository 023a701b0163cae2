"""A receiver of webhooks on this machine: answers as told and keeps what it got."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Handler = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """`answer` does what the receiver does with a request; `got` is (path, headers, body)."""

    port: int = 0
    answer: Handler = lambda request: reply(request, 204)
    got: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _path, headers, _body in self.got]


def reply(request: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def drip(request: BaseHTTPRequestHandler) -> None:
    """A byte now and then, for as long as somebody listens."""
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200:
        request.wfile.write(bytes([byte]))
        request.wfile.flush()
        time.sleep(0.05)


@contextmanager
def receiving(answer: Handler | None = None, wrap: Callable | None = None) -> Iterator[Receiver]:
    receiver = Receiver()
    if answer:
        receiver.answer = answer

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            receiver.answer(self)

        def log_message(self, *_said: object) -> None:
            """The test reads `got`."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_where: object) -> None:
            """A sender that breaks off is no error here."""

    server = Server(("127.0.0.1", 0), Door)
    receiver.port = server.server_port
    if wrap:
        server.socket = wrap(server.socket)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
