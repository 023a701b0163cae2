"""Asks as fast as the answers come: a process of its own, some connections, one question on each."""

import json
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

import psutil
from django.db import connection

END = b"\r\n\r\n"
LENGTH = b"content-length: "


@dataclass(frozen=True, slots=True)
class Figures:
    """`cpu`: seconds of CPU by part, over all questions."""

    count: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu: dict[str, float]

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    def row(self) -> tuple[str, str, str]:
        return f"{self.per_second:,.0f}", f"{self.p50_ms:.2f}", f"{self.p99_ms:.2f}"

    def where_it_goes(self) -> str:
        return ", ".join(
            f"{name} {1000 * took / self.count:.3f}" for name, took in self.cpu.items()
        )


def ask_for(
    *, key: str, people: int, each: int, port: int, seconds: float, connections: int,
    watched: psutil.Process | None = None,
) -> Figures:  # fmt: skip
    """Checks a second and their times; CPU of the server below `watched`, PostgreSQL and the asker."""
    before = cpu_of(watched)
    asked = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.entitlement_load"),
            json.dumps([key, people, each, port, seconds, connections]),
        ],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    count, took, p50, p99, own = json.loads(asked.stdout)
    after = cpu_of(watched)
    cpu = {name: after[name] - before[name] for name in after}
    return Figures(count, took, p50, p99, {**cpu, "asker": own})


def cpu_of(watched: psutil.Process | None) -> dict[str, float]:
    if watched is None:
        return {}
    server = [watched, *watched.children(recursive=True)]
    backend = psutil.Process(connection.connection.info.backend_pid)
    postgres = [backend.parent(), *backend.parent().children()]
    return {"server": seconds_of(server), "PostgreSQL": seconds_of(postgres)}


def seconds_of(processes: list[psutil.Process]) -> float:
    times = [one.cpu_times() for one in processes]
    return sum(one.user + one.system for one in times)


def names_of(number: int, each: int) -> dict[str, str]:
    """External ids of a person and of the person's customer, as benchmarks/entitlement_company.py gives them."""
    copy, person = divmod(number, each)
    ending = f"-{copy}" if copy else ""
    return {"grantee": f"p-{person}{ending}", "customer": f"people{ending}"}


def requests(key: str, people: int, each: int) -> list[bytes]:
    """Ready to be sent, of people by chance."""
    random = Random(7)  # noqa: S311 - whom to ask about, no secret
    made = []
    for _ in range(20_000):
        query = urlencode(names_of(random.randrange(people), each))
        made.append(
            f"GET /api/v1/entitlements?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {key}\r\nAccept: application/json\r\n\r\n".encode()
        )
    return made


def is_whole(answer: bytes) -> bool:
    head = answer.find(END)
    if head < 0:
        return False
    begins = answer.lower().find(LENGTH, 0, head) + len(LENGTH)
    length = int(answer[begins : answer.index(b"\r", begins)])
    return len(answer) >= head + len(END) + length


def main() -> None:
    key, people, each, port, seconds, connections = json.loads(sys.argv[1])
    waiting, times = requests(key, people, each), []
    selector, sent_at, parts = selectors.EpollSelector(), {}, {}
    for number in range(connections):
        made = socket.create_connection(("127.0.0.1", port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(made, selectors.EVENT_READ)
        sent_at[made], parts[made] = time.perf_counter(), b""
        made.sendall(waiting[number])
    began, following = time.perf_counter(), connections
    while time.perf_counter() < began + seconds:
        for ready, _ in selector.select(1):
            made = ready.fileobj
            parts[made] += made.recv(65_536)
            if not is_whole(parts[made]):
                continue
            now = time.perf_counter()
            times.append(now - sent_at[made])
            assert parts[made].startswith(b"HTTP/1.1 200"), parts[made][:400]
            parts[made], sent_at[made] = b"", now
            following += 1
            made.sendall(waiting[following % len(waiting)])
    took = time.perf_counter() - began
    times.sort()
    p50, p99 = (1000 * times[int(len(times) * share)] for share in (0.5, 0.99))
    own = psutil.Process().cpu_times()
    print(json.dumps([len(times), took, p50, p99, own.user + own.system]))


if __name__ == "__main__":
    main()
