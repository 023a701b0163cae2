"""Events over HTTP: the product's own server process, a few connections, one or a hundred a request."""

import http.client
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from random import Random

from rich.console import Console

PORT = 8765
CONNECTIONS = 8
BATCH = 100
SERVER_SECONDS = 30


def measure_events(
    *, key: str, customers: int, seconds: float, console: Console
) -> tuple[float, float]:
    """Accepted events a second: one a request, and in batches of a hundred."""
    server = subprocess.Popen(
        [
            str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--port", str(PORT),
            "--workers", "2", "--log-level", "warning", "config.wsgi:application",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for_server()
        single = measure(key, customers, seconds, size=1)
        console.print(f"one a request: {single:,.0f} events/s")
        return single, measure(key, customers, seconds, size=BATCH)
    finally:
        server.terminate()
        server.wait()


def wait_for_server() -> None:
    deadline = time.monotonic() + SERVER_SECONDS
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/api/v1/openapi")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


def measure(key: str, customers: int, seconds: float, *, size: int) -> float:
    ends = time.monotonic() + seconds
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        sent = threads.map(
            lambda number: send(key, customers, ends, size=size, name=f"{size}-{number}"),
            range(CONNECTIONS),
        )
        return sum(sent) / seconds


def send(key: str, customers: int, ends: float, *, size: int, name: str) -> int:
    """Send until the end; every answer must be an acceptance."""
    random, numbers = Random(name), count()  # noqa: S311 - which customer, no secret
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    accepted = 0
    while time.monotonic() < ends:
        events = [
            event(random.randrange(customers), f"{name}-{next(numbers)}") for _ in range(size)
        ]
        path, body = ("entitlement-events", events[0])
        if size > 1:
            path, body = ("entitlement-events/batch", {"events": events})  # type: ignore[assignment]
        connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
        assert response.status in (200, 201), text[:300]
        accepted += text.count(b'"accepted"')
    return accepted


def event(customer: int, source_event_id: str) -> dict[str, object]:
    return {
        "source": "bench-http",
        "source_event_id": source_event_id,
        "kind": "seat_added",
        "subscription": f"s-bench-{customer}",
        "seat_type": "member",
    }
