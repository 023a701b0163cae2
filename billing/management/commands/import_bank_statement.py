"""Import a bank statement, CAMT.053 or CSV, or say what it would bring."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.calc.bank.csv_file import CsvHints
from billing.operations.import_bank_statement import (
    ImportOutcome,
    import_bank_statement,
    rehearse_import,
)
from kernel.refusal import Refusal
from tax.models import BillingEntity


class Command(BaseCommand):
    help = "Import a bank statement FILE (CAMT.053 or CSV) of a billing entity."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--entity", required=True, help="code of the billing entity")
        parser.add_argument("--dry-run", action="store_true", help="say what it would bring")
        parser.add_argument("--account", default="", help="CSV: our account")
        parser.add_argument("--currency", default="", help="CSV: currency of the amounts")
        parser.add_argument("--decimal-mark", default="", choices=["", ",", "."])
        parser.add_argument("--day-order", default="", choices=["", "day_first", "month_first"])

    def handle(self, *args: Any, **options: Any) -> None:
        entity = BillingEntity.objects.filter(code=options["entity"]).first()
        if entity is None:
            raise CommandError(
                f"There is no billing entity {options['entity']}. Name one of the list in the "
                "admin.",
                returncode=2,
            )
        import_it = rehearse_import if options["dry_run"] else import_bank_statement
        try:
            outcome = import_it(
                content=read_file(options["file"]),
                file_name=options["file"].name,
                billing_entity=entity,
                at=timezone.now(),
                hints=CsvHints(
                    options["account"],
                    options["currency"],
                    options["decimal_mark"],
                    options["day_order"],
                ),
            )
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        said = words(outcome)
        if options["dry_run"]:
            said = f"It would bring {said} Nothing was changed."
        self.stdout.write(said)


def words(outcome: ImportOutcome) -> str:
    known = f" {outcome.known} were imported before." if outcome.known else ""
    return (
        f"{len(outcome.lines)} lines: {outcome.matched} matched, {outcome.to_look_at} to look at, "
        f"{outcome.set_aside} set aside.{known}"
    )


def read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error}", returncode=2) from error
