"""Import exchange rates: a file of the European Central Bank, or its newest 90 days."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import requests
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tax.operations.record_exchange_rates import RatesUnreadable, record_exchange_rates

ECB = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml"
TIMEOUT_SECONDS = 30


class Command(BaseCommand):
    help = "Record exchange rates from a eurofxref FILE (CSV or XML), or with --ecb from the bank."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--ecb", action="store_true", help="download the newest 90 days")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["file"]) == options["ecb"]:
            raise CommandError("Name a file, or say --ecb.", returncode=2)
        content = download() if options["ecb"] else read_file(options["file"])
        try:
            added = record_exchange_rates(content=content, at=timezone.now())
        except RatesUnreadable as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(f"{added} rates recorded.")


def download() -> str:
    try:
        response = requests.get(ECB, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        response.raise_for_status()
    except requests.RequestException as error:
        raise CommandError(f"The bank does not answer: {error}", returncode=1) from error
    return response.text


def read_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}", returncode=2) from error
