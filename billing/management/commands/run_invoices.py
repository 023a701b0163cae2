"""The invoice run in the foreground, with a progress bar for each stage."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from billing.enums import RunTrigger
from billing.models import InvoiceRun
from billing.operations.run_invoices import push_run, start_run
from billing.pipeline import STAGES
from kernel.refusal import Refusal
from kernel.stage import Stage, StageOutcome


class Command(BaseCommand):
    help = "Rate, draft, tax, finalize and render everything due as of a date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="bill everything due by the end of this UTC date (default: by now)",
        )
        parser.add_argument("--no-render", action="store_true", help="leave the PDFs to the worker")

    def handle(self, *args: Any, **options: Any) -> None:
        stages = tuple(s for s in STAGES if not (options["no_render"] and s.name == "render"))
        now = timezone.now()
        try:
            run = start_run(
                as_of=end_of_day(options["as_of"], now), trigger=RunTrigger.COMMAND, at=now
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        with Progress(
            TextColumn("{task.description:<9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        ) as progress:
            run = push_run(
                run_id=run.pk, stages=stages, now=timezone.now, watch=bars(progress, stages, run)
            )
        self.report(run)

    def report(self, run: InvoiceRun) -> None:
        self.stdout.write(
            f"As of {run.as_of:%Y-%m-%d %H:%M %Z}: {run.rated} subscriptions rated, {run.drafted} customers "
            f"drafted, {run.finalized} invoices finalized, {run.rendered} documents rendered."
        )
        if run.refused:
            raise CommandError(
                f"{run.refused} refused; each with its way out on the board at /desk/flow/."
            )


def end_of_day(day: date | None, now: datetime) -> datetime:
    """The last instant of a UTC date that has begun, or now."""
    if day is None:
        return now
    midnight_after = datetime.combine(day, time.max, tzinfo=UTC)
    return min(midnight_after, now) if day <= now.date() else midnight_after


def bars(progress: Progress, stages: tuple[Stage, ...], run: InvoiceRun):  # type: ignore[no-untyped-def]
    """One bar a stage; a stage's total is what waited when its first chunk came through."""
    tasks: dict[str, Any] = {}

    def watch(stage: Stage, outcome: StageOutcome) -> None:
        done = outcome.passed + outcome.refused
        if stage.name not in tasks:
            waiting, _ = stage.waiting_count(at=run.as_of)
            tasks[stage.name] = progress.add_task(stage.name, total=waiting + done)
        progress.advance(tasks[stage.name], done)

    return watch
