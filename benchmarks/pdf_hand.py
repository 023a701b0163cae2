"""One process that prints: `python -m benchmarks.pdf_hand LINES SECONDS` answers documents and seconds."""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from datetime import UTC  # noqa: E402 - Django must be set up first

from billing.documents.build_sheet import build_sheet  # noqa: E402
from billing.documents.e_invoice.write import write_cii  # noqa: E402
from billing.documents.factur_x import AttachedInvoice  # noqa: E402
from billing.documents.weasy import PrintedDocument, print_sheet  # noqa: E402
from config.celery import calm_the_collector  # noqa: E402
from tests.billing.documents.tax_samples import domestic  # noqa: E402


def print_with_data(lines: int) -> PrintedDocument:
    """What the render stage does with an invoice, without the database and the storage."""
    source = domestic(lines=lines)
    assert source.invoice.issued_at is not None
    data = write_cii(source)
    issued_at = source.invoice.issued_at.astimezone(UTC)
    return print_sheet(build_sheet(source), AttachedInvoice(data.xml, issued_at))


def main() -> None:
    lines, seconds = int(sys.argv[1]), float(sys.argv[2])
    calm_the_collector()
    print_with_data(1)
    pages = print_with_data(lines).pages
    began, printed = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < seconds:
        print_with_data(lines)
        printed += 1
    print(printed, passed, pages)


if __name__ == "__main__":
    main()
