"""Import tax rates from a CSV table, such as local US rates by ZIP code."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tax.operations.import_tax_rates import COLUMNS, RatesMalformed, import_tax_rates


class Command(BaseCommand):
    help = f"Record tax rates from a CSV FILE with the columns {', '.join(COLUMNS)}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_text(encoding="utf-8-sig")
            counts = import_tax_rates(content=content)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(
                f"{options['file']} cannot be read: {error}", returncode=2
            ) from error
        except RatesMalformed as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(f"{counts['added']} rates added, {counts['unchanged']} known already.")
