"""Play every scenario the company cares about; say what differs, and what changed since the last check."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from billing.pipeline import STAGES
from desk.enums import CheckReason
from desk.operations.release_check import play_release_check, start_release_check
from desk.queries.release import CheckPage, ResultRow, check_page
from kernel.refusal import Refusal

WIDTH = 140  # where the table goes into a file
STYLES = {"passed": "green", "differs": "bold red", "unusable": "bold red"}


class Command(BaseCommand):
    help = "Play all active release scenarios and keep the results; exit 1 if any result differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="one JSON object instead of a table"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = start_release_check(reason=CheckReason.COMMAND, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        play_release_check(run_id=run.pk, stages=STAGES, now=timezone.now)
        page = check_page(run.pk)
        assert page is not None, "the check was just made"
        if options["json"]:
            self.stdout.write(json.dumps(as_record(page), ensure_ascii=False))
        else:
            self.print_table(page)
        if not page.run.is_clean:
            sys.exit(1)

    def print_table(self, page: CheckPage) -> None:
        width = None if sys.stdout.isatty() else WIDTH
        console = Console(file=self.stdout, width=width)  # type: ignore[arg-type]
        table = Table("Area", "Scenario", "Result", "Since the last check", "What differs")
        for row in page.rows:
            result = f"[{STYLES[row.outcome]}]{row.outcome_words}[/]"
            table.add_row(row.area, row.key, result, row.change, "\n".join(row.differences))
        console.print(table)
        console.print(page.run.words)


def as_record(page: CheckPage) -> dict[str, Any]:
    return {
        "id": str(page.run.id),
        "ok": page.run.is_clean,
        "passed": page.run.passed,
        "differing": page.run.differing,
        "unusable": page.run.unusable,
        "results": [result_record(row) for row in page.rows],
    }


def result_record(row: ResultRow) -> dict[str, Any]:
    return {
        "scenario": row.key,
        "area": row.area,
        "outcome": row.outcome,
        "change": row.change,
        "differences": list(row.differences),
        "took_ms": row.took_ms,
    }
