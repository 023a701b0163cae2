"""`python -m benchmarks.entitlements`: checks a second over HTTP with 100,000 people, and where the time goes."""

import argparse
import os
import tempfile

os.environ["VAR_DIR"] = os.environ.get("BENCH_DIR") or tempfile.mkdtemp(prefix="seatledger-bench-")
os.environ["API_REQUESTS_PER_MINUTE"] = "0"

import django

from config.embedded import ensure_services, stop_services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ensure_services()
django.setup()

import http.client  # noqa: E402 - Django must be set up first
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager, suppress  # noqa: E402
from pathlib import Path  # noqa: E402

import psutil  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from accounts.operations.issue_api_key import issue_api_key  # noqa: E402
from benchmarks.company import build_plan  # noqa: E402
from benchmarks.entitlement_company import PEOPLE_EACH, build_people  # noqa: E402
from benchmarks.entitlement_load import Figures, ask_for  # noqa: E402
from benchmarks.events import PORT  # noqa: E402
from benchmarks.limits import timed  # noqa: E402
from billing.models import Plan  # noqa: E402

CONNECTIONS = 16
SELECTS = 5_000
BIN = Path(sys.executable).parent
EMPTY = "benchmarks.entitlement_limit:application"


@contextmanager
def served(application: str, threads: int) -> Iterator[psutil.Process]:
    """The product's server, as config/serve.py starts it, around an application."""
    server = subprocess.Popen(
        [
            *(str(BIN / "granian"), "--interface", "wsgi", "--port", str(PORT), "--workers", "2"),
            *("--blocking-threads", str(threads), "--backpressure", "64", "--no-ws"),
            *("--log-level", "warning", application),
        ],
    )
    try:
        wait_for_answer()
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait()


def wait_for_answer() -> None:
    """Of a page that asks nothing of the database."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError, http.client.HTTPException):
            asked = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
            asked.request("GET", "/.well-known/security.txt")
            asked.getresponse().read()
            return
        time.sleep(0.2)
    raise RuntimeError("the server did not start")


def select_limit() -> float:
    """Prepared SELECTs of one row by its key a second, one after the other on one connection."""
    connection.ensure_connection()
    raw = connection.connection.pgconn
    raw.prepare(b"one", b"SELECT name FROM accounts_grantee WHERE external_id = $1")

    def select() -> None:
        for number in range(SELECTS):
            raw.exec_prepared(b"one", [f"p-{number}".encode()])

    return SELECTS / timed(select)


def measure(application: str, key: str, people: int, options: argparse.Namespace) -> Figures:
    with served(application, options.threads) as server:
        asked = {"key": key, "people": people, "each": PEOPLE_EACH, "port": PORT}
        ask_for(**asked, seconds=2, connections=CONNECTIONS)
        return ask_for(**asked, seconds=options.seconds, connections=CONNECTIONS, watched=server)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--threads", type=int, default=5, help="of each of two workers")
    parser.add_argument("--slow", action="store_true", help="through all of Django instead")
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    if not Plan.objects.exists():
        build_people(options.people, build_plan(), now=timezone.now())
    _, key = issue_api_key(name=f"checks {timezone.now()}", scopes=["entitlements:read"])
    application = "config.wsgi:django_application" if options.slow else "config.wsgi:application"
    checks = measure(application, key, options.people, options)
    empty = measure(EMPTY, key, options.people, options)
    selects = select_limit()
    table = Table("what", "a second", "p50 ms", "p99 ms", title=f"{options.people:,} people")
    table.add_row("checks", *checks.row())
    table.add_row("limit: an application that answers nothing", *empty.row())
    table.add_row("limit: SELECT by key, one connection", f"{selects:,.0f}", "", "")
    console = Console(width=100)
    console.print(table)
    console.print(
        f"{checks.per_second / empty.per_second:.2f} of the empty application, "
        f"{checks.per_second / selects:.2f} of the SELECTs; CPU ms a check: {checks.where_it_goes()}"
    )
    stop_services()


if __name__ == "__main__":
    main()
