"""A product that listens: it takes webhooks or not, as its mood is, and keeps what it heard."""

import json
import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.billing.webhooks.manual import verify_of_the_manual

HANG_SECONDS = 4.0  # longer than the product waits for an answer


@dataclass(frozen=True, slots=True)
class Heard:
    """A webhook as its receiver read it: signed so that it is believed, and taken (answered well) or not."""

    url: str
    webhook_id: str
    body: str
    changes: Sequence[int]
    is_signed: bool
    is_taken: bool


class Mood(Enum):
    """What becomes of a request that was read whole."""

    WELL = "takes"
    FAILS = "answers 500"
    HANGS = "hangs"
    CUTS = "cuts the connection"


class Listener:
    """Listens on loopback; each path is an endpoint with a secret of its own."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.heard: list[Heard] = []
        self.moods: tuple[Mood, ...] = (Mood.WELL,)
        self.chance = random.Random(0)
        self.when_heard: Callable[[], None] | None = None  # once, before the answer
        self._verify = verify_of_the_manual()
        self._lock = threading.Lock()
        handler = type("HearingHere", (Hearing,), {"listener": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def calm(self) -> None:
        self.moods, self.when_heard = (Mood.WELL,), None

    def hear(self, path: str, headers: dict[str, str], body: bytes) -> Mood:
        """What becomes of it. It counts as taken before the answer leaves: nobody may ever see it."""
        with self._lock:
            mood = self.chance.choice(self.moods)
            act, self.when_heard = self.when_heard, None
            told = json.loads(body)
            one = Heard(
                url=self.url(path),
                webhook_id=headers["webhook-id"],
                body=body.decode(),
                changes=[change["id"] for change in told["data"]["changes"]],
                is_signed=self.is_signed(path, headers, body),
                is_taken=mood is Mood.WELL,
            )
            self.heard.append(one)
        if act:
            act()
        return mood

    def is_signed(self, path: str, headers: dict[str, str], body: bytes) -> bool:
        try:
            self._verify(self.secrets[path], headers, body)
        except ValueError:
            return False
        return True


class Hearing(BaseHTTPRequestHandler):
    """One message."""

    listener: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        mood = self.listener.hear(self.path.removeprefix("/"), headers, body)
        if mood is Mood.HANGS:
            time.sleep(HANG_SECONDS)
        with suppress(OSError):  # the sender may have given up, or been killed
            if mood in (Mood.HANGS, Mood.CUTS):
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(204 if mood is Mood.WELL else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Silent."""
