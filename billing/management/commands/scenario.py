"""Play scenario files through the real system and say what differs. Leaves nothing behind."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console

from billing.calc.scenario.fields import ScenarioUnusable
from billing.calc.scenario.story import Story
from billing.management.scenario_files import load_scenario, scenario_files
from billing.management.scenario_report import print_report, print_summary
from billing.operations.play_scenario import play_scenario
from billing.pipeline import STAGES

WIDTH = 140  # where the report goes into a file
ALL_OK, SOME_DIFFER, UNUSABLE = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Play scenario files (or all in a folder); exit 0 all ok, 1 something differs, 2 unusable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a scenario file or a folder")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object a scenario, a line each"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        width = None if sys.stdout.isatty() else WIDTH
        console = Console(file=self.stdout, width=width)  # type: ignore[arg-type]
        counts = {ALL_OK: 0, SOME_DIFFER: 0, UNUSABLE: 0}
        files = self.files(options["paths"])
        prepare_tables()
        for path in files:
            outcome = self.play(path, console=console, as_json=options["json"])
            counts[outcome] += 1
        if not options["json"]:
            print_summary(
                console, good=counts[ALL_OK], bad=counts[SOME_DIFFER], unusable=counts[UNUSABLE]
            )
        if worst := max(outcome for outcome, count in counts.items() if count or not outcome):
            sys.exit(worst)

    def files(self, paths: list[str]) -> list[Path]:
        try:
            return scenario_files(paths)
        except ScenarioUnusable as unusable:
            self.stderr.write(str(unusable))
            sys.exit(UNUSABLE)

    def play(self, path: Path, *, console: Console, as_json: bool) -> int:
        """Play one file and report it; an unusable one is a line that says file, key and why."""
        try:
            story = load_scenario(path)
            played = play_scenario(story=story, stages=STAGES)
        except ScenarioUnusable as unusable:
            self.stderr.write(f"{path}: {unusable}")
            return UNUSABLE
        self.report(played, story, console=console, as_json=as_json)
        return ALL_OK if played["ok"] else SOME_DIFFER

    def report(
        self, played: Mapping[str, Any], story: Story, *, console: Console, as_json: bool
    ) -> None:
        if as_json:
            self.stdout.write(json.dumps(played, ensure_ascii=False))
        else:
            print_report(console, played, about=story.about)


def prepare_tables() -> None:
    """
    Stories need the tables: a database without any gets them, one behind the code is left alone.

    :raises CommandError: if migrations are missing from a database in use
    """
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if executor.loader.applied_migrations:
        raise CommandError("The database is behind the code. Run: python manage.py migrate")
    call_command("migrate", verbosity=0)
