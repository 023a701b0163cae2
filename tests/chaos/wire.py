"""A TCP door in front of a server that can be shut, held, or broken at one chosen statement."""

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

CHUNK = 65_536


class Moment(Enum):
    """Where a connection breaks, as seen from the statement that breaks it."""

    BEFORE = "before the server saw it"
    DURING = "right after it was sent"
    AFTER = "after the server did it, its reply dropped"


def nothing() -> None:
    """The connection breaks and nobody is killed."""


@dataclass(slots=True)
class Trip:
    """
    What breaks a connection: the first message of a client that holds `needle`, after `skip` others.

    An empty needle is held by every message. `act` runs while the connection still hangs: there a
    process is killed.
    """

    needle: bytes
    moment: Moment
    skip: int = 0
    act: Callable[[], None] = nothing
    fell: threading.Event = field(default_factory=threading.Event)


class Wire:
    """Listens on loopback and passes bytes on to a Unix socket or a loopback port."""

    def __init__(self, name: str, target: str | int) -> None:
        self.name, self.target = name, target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.messages = 0  # what clients sent since `start_counting`
        self.broken = 0
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._trip: Trip | None = None
        self._calls: set[Call] = set()
        threading.Thread(target=self._accept, daemon=True, name=f"wire {name}").start()

    def arm(self, trip: Trip) -> Trip:
        with self._lock:
            self._trip = trip
        return trip

    def disarm(self) -> None:
        with self._lock:
            self._trip = None

    def start_counting(self) -> None:
        self.messages = 0

    def shut(self) -> None:
        """Break every connection and refuse new ones, as when the server is gone."""
        self._open.clear()
        with self._lock:
            calls = list(self._calls)
        for call in calls:
            call.cut()
            self.broken += 1

    def hold(self) -> None:
        """Accept, and pass nothing on, as when the server hangs."""
        self._flowing.clear()

    def release(self) -> None:
        """Let everything pass again."""
        self._open.set()
        self._flowing.set()

    def fallen(self, message: bytes) -> Trip | None:
        """The trip that this message makes fall; each falls once."""
        with self._lock:
            self.messages += 1
            trip = self._trip
            if trip is None or trip.needle not in message:
                return None
            if trip.skip:
                trip.skip -= 1
                return None
            self._trip = None
            self.broken += 1
            return trip

    def wait_while_held(self) -> None:
        self._flowing.wait()

    def _accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            if not self._open.is_set():
                hang_up(client)
                continue
            try:
                server = self._dial()
            except OSError:
                hang_up(client)
                continue
            call = Call(self, client, server)
            with self._lock:
                self._calls.add(call)
            call.start()

    def _dial(self) -> socket.socket:
        if isinstance(self.target, int):
            return socket.create_connection(("127.0.0.1", self.target))
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.target)
        return server

    def forget(self, call: "Call") -> None:
        with self._lock:
            self._calls.discard(call)


class Call:
    """One connection through a wire."""

    def __init__(self, wire: Wire, client: socket.socket, server: socket.socket) -> None:
        self.wire, self.client, self.server = wire, client, server
        self.dropping: Trip | None = None  # whose reply is dropped

    def start(self) -> None:
        for pump in (self._ask, self._answer):
            threading.Thread(target=pump, daemon=True).start()

    def cut(self) -> None:
        hang_up(self.client)
        hang_up(self.server)
        self.wire.forget(self)

    def _ask(self) -> None:
        with suppress(OSError):
            while message := self.client.recv(CHUNK):
                self.wire.wait_while_held()
                trip = self.wire.fallen(message)
                if trip is None:
                    self.server.sendall(message)
                    continue
                if trip.moment is Moment.AFTER:
                    self.dropping = trip
                    self.server.sendall(message)
                    continue
                if trip.moment is Moment.DURING:
                    self.server.sendall(message)
                self._fall(trip)
                break
        self.cut()

    def _answer(self) -> None:
        with suppress(OSError):
            while reply := self.server.recv(CHUNK):
                self.wire.wait_while_held()
                if self.dropping:
                    self._fall(self.dropping)
                    break
                self.client.sendall(reply)
        self.cut()

    def _fall(self, trip: Trip) -> None:
        trip.act()
        trip.fell.set()
        self.cut()


def hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def unix_socket_of_postgres(database_url: str) -> str:
    """Where the embedded PostgreSQL listens, from its address."""
    folder = database_url.partition("host=")[2]
    (name,) = [
        one for one in os.listdir(folder) if one.startswith(".s.PGSQL.") and one[-1].isdigit()
    ]
    return os.path.join(folder, name)
