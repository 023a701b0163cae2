"""`make bench`: invoice run, PDFs and events, each beside this machine's own limits of the same minute."""

import argparse
import os
import resource
import tempfile
from typing import Any

os.environ["VAR_DIR"] = os.environ.get("BENCH_DIR") or tempfile.mkdtemp(prefix="seatledger-bench-")

import django

from config.embedded import ensure_services, stop_services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ensure_services()
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first
from django.db import connection  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from benchmarks.company import DUE, build_company  # noqa: E402
from benchmarks.events import measure_events  # noqa: E402
from benchmarks.limits import copy_limit, insert_limit, timed  # noqa: E402
from benchmarks.pdf import PdfFigures, measure_pdfs  # noqa: E402
from billing.models import Invoice, InvoiceLine  # noqa: E402
from billing.operations.push_flow import push_flow  # noqa: E402
from billing.pipeline import STAGES  # noqa: E402

PAPERLESS = tuple(stage for stage in STAGES if stage.name != "render")


def measure_run(customers: int) -> dict[str, Any]:
    """Customers a second through every stage but render, the books included; one process."""
    seconds = timed(lambda: push_flow(stages=PAPERLESS, at=DUE))
    assert Invoice.objects.exclude(number="").count() == customers
    return {
        "per_second": customers / seconds,
        "lines": InvoiceLine.objects.count() / customers,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def add_pdf_rows(table: Table, pdfs: PdfFigures) -> None:
    table.add_row(
        "PDF/A-3 with data, one page, two processes", f"{pdfs.per_second:,.1f}/s", "28/s", "", ""
    )
    table.add_row(
        f"PDF/A-3 with data, 300 lines on {pdfs.pages} pages",
        f"{pdfs.seconds:,.2f} s",
        "0.9 s",
        "",
        "",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each event measurement")
    options = parser.parse_args()
    console = Console(width=110)
    call_command("migrate", verbosity=0)
    key = build_company(options.customers)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    rows, commits = copy_limit(), insert_limit()
    run = measure_run(options.customers)
    pdfs = measure_pdfs(options.seconds)
    single, batches = measure_events(
        key=key, customers=options.customers, seconds=options.seconds, console=console
    )
    table = Table("what", "figure", "target", "limit of this machine", "ratio", title="Seatledger")
    lines = run["per_second"] * run["lines"]
    table.add_row(
        f"invoice run, {run['lines']:.0f} lines a customer", f"{run['per_second']:,.0f} customers/s",
        "4,000/s", f"COPY {rows:,.0f} rows/s", f"{lines / rows:.3f} lines a row",
    )  # fmt: skip
    table.add_row("… peak memory", f"{run['peak_mb']:,.0f} MB", "200 MB at 100,000", "", "")
    add_pdf_rows(table, pdfs)
    table.add_row(
        "events, one a request", f"{single:,.0f}/s", "1,500/s",
        f"INSERT and commit {commits:,.0f}/s", f"{single / commits:.3f}",
    )  # fmt: skip
    table.add_row(
        "events, batches of 100", f"{batches:,.0f}/s", "30,000/s", f"COPY {rows:,.0f} rows/s",
        f"{batches / rows:.3f}",
    )  # fmt: skip
    console.print(table)
    stop_services()


if __name__ == "__main__":
    main()
