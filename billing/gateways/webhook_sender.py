"""Sending a webhook: to the very address that was checked, once, without redirects, within a time."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from billing.calc.public_address import is_public
from billing.calc.webhook_url import Target

LONGEST_ANSWER = 64 * 1024
KEPT = 500
USER_AGENT = "Seatledger-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What came of a sending. `problem` is empty when the receiver took it (a status of 2xx).

    `status` is None when no answer came; `wished` is the pause the receiver asked for.
    """

    status: int | None
    milliseconds: int
    start: str = ""
    problem: str = ""
    wished: timedelta | None = None


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """`allow_private` is for development and tests alone; `ca_file` adds a certificate authority."""

    allow_private: bool = False
    timeout_seconds: float = 10.0
    ca_file: str | None = None

    def send(self, *, target: Target, body: str, headers: Mapping[str, str]) -> Answer:
        """One POST. Whatever goes wrong is told in words; nothing is raised for a receiver's sake."""
        began = time.monotonic()
        try:
            status, start, wished = self.exchange(target, body, headers)
        except (OSError, http.client.HTTPException, Unreachable, ValueError) as error:
            return Answer(None, since(began), problem=words_of(error, since(began), self))
        problem = "" if 200 <= status < 300 else refusal_words(status)
        return Answer(status, since(began), start, problem, wished)

    def exchange(
        self, target: Target, body: str, headers: Mapping[str, str]
    ) -> tuple[int, str, timedelta | None]:
        connection = http.client.HTTPConnection(target.host, target.port)
        with self.reached(target) as connection.sock:
            connection.request(
                "POST", target.path, body.encode(), self.all_headers(target, headers)
            )
            answer = connection.getresponse()
            start = answer.read(LONGEST_ANSWER)[:KEPT].decode("utf-8", errors="replace")
            wished = pause_of(answer.getheader("Retry-After", ""))
        return answer.status, start.replace("\x00", ""), wished

    def all_headers(self, target: Target, headers: Mapping[str, str]) -> dict[str, str]:
        own = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "Connection": "close"}
        return {"Host": target.authority, **own, **headers}

    @contextmanager
    def reached(self, target: Target) -> Iterator[socket.socket]:
        """A connection to a checked address; it breaks when the time is over, however slow the drip."""
        plain = self.connect(target)
        raw = self.encrypted(plain, target) if target.is_encrypted else plain
        end = threading.Timer(self.timeout_seconds, break_off, [raw])
        end.daemon = True
        end.start()
        raw.settimeout(self.timeout_seconds)
        try:
            if isinstance(raw, ssl.SSLSocket):
                raw.do_handshake()
            yield raw
        finally:
            end.cancel()
            raw.close()

    def connect(self, target: Target) -> socket.socket:
        """The name is looked up once; what was looked up is what is connected to."""
        problem: OSError | None = None
        for address in self.addresses(target):
            try:
                return socket.create_connection((address, target.port), self.timeout_seconds / 2)
            except OSError as error:
                problem = error
        raise problem or Unreachable("The host's name leads to no address.")

    def addresses(self, target: Target) -> list[str]:
        """:raises Unreachable: if the name leads nowhere, or anywhere that is not public"""
        try:
            rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable("The host's name leads to no address.") from None
        found = list(dict.fromkeys(str(row[4][0]) for row in rows))
        if not self.allow_private and not all(is_public(one) for one in found):
            raise Unreachable("The host's name leads to an address that is not public.")
        return found[:2]

    def encrypted(self, plain: socket.socket, target: Target) -> ssl.SSLSocket:
        """The certificate must be of the name, though the connection is to a number."""
        context = ssl.create_default_context()
        if self.ca_file:
            context.load_verify_locations(self.ca_file)
        return context.wrap_socket(
            plain, server_hostname=target.host, do_handshake_on_connect=False
        )


class Unreachable(Exception):
    """There is no way to the receiver that we take."""


def break_off(raw: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(raw, socket.SHUT_RDWR)


def since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def words_of(error: Exception, milliseconds: int, sender: WebhookSender) -> str:
    """For a person who reads the log."""
    if isinstance(error, TimeoutError) or milliseconds >= sender.timeout_seconds * 1000:
        return f"No whole answer came within {sender.timeout_seconds:g} seconds."
    match error:
        case Unreachable():
            words = str(error)
        case ssl.SSLCertVerificationError():
            words = f"The certificate was not accepted: {error.verify_message}."
        case ssl.SSLError():
            words = f"No encrypted connection came about: {error.reason or 'broken off'}."
        case ConnectionRefusedError():
            words = "The connection was refused."
        case OSError():
            words = f"The connection broke: {error.strerror or type(error).__name__}."
        case _:
            words = f"The answer was not HTTP: {type(error).__name__}."
    return words[:300]


def refusal_words(status: int) -> str:
    if 300 <= status < 400:
        return f"The receiver answered {status}; redirects are not followed."
    return f"The receiver answered {status}."


def pause_of(text: str) -> timedelta | None:
    """Retry-After in seconds; a date is not heeded."""
    return (
        timedelta(seconds=int(text))
        if text.isascii() and text.isdigit() and len(text) < 8
        else None
    )
