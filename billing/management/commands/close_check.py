"""Run a month's checks, print the checklist, and exit 1 when something keeps the month open."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.documents.staff_text import staff_money
from billing.enums import CloseItem
from billing.models import CloseCheck
from billing.operations.compute_close import begin_close, compute_close, start_close_run
from billing.operations.push_flow import push_flow
from billing.pipeline import POST
from billing.queries.close.checklist import ItemState, close_state
from kernel.refusal import Refusal
from tax.models import BillingEntity


class Command(BaseCommand):
    help = (
        "Check a billing entity's month for its close, to zero; the results show at the desk too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("entity", help="code of the billing entity, such as LRIE")
        parser.add_argument("month", help="such as 2026-10")

    def handle(self, *args: Any, **options: Any) -> None:
        entity = BillingEntity.objects.filter(code=options["entity"]).first()
        if entity is None:
            raise CommandError(
                f"No billing entity has the code “{options['entity']}”.", returncode=2
            )
        try:
            month = date.fromisoformat(f"{options['month']}-01")
        except ValueError as wrong:
            raise CommandError("Write the month as 2026-10.", returncode=2) from wrong
        now = timezone.now()
        try:
            close = begin_close(entity=entity, month=month, at=now)
            run = start_close_run(close=close, at=now)
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        push_flow(stages=(POST,), at=now)
        compute_close(run_id=run.pk, now=timezone.now)
        state = close_state(close)
        rows = dict(CloseCheck.objects.filter(close=close).values_list("code", "rows"))
        for item in state.items:
            self.tell(item, rows[item.check.code])
        if state.blocking:
            raise CommandError(f"{len(state.blocking)} items keep {options['month']} open.")
        self.stdout.write(f"Nothing keeps {options['month']} of {entity.code} open.")

    def tell(self, item: ItemState, rows: list[dict[str, Any]]) -> None:
        check = item.check
        words = "waived" if item.waiver else check.get_outcome_display().lower()
        self.stdout.write(f"{CloseItem(check.code).label}: {words}. {check.words}")
        for row in rows:
            amount = (
                f" {staff_money(row['minor'], row['currency'])}"
                if row["minor"] is not None and row["currency"]
                else ""
            )
            self.stderr.write(f"  {row['label']}{amount} {row['day']}: {row['words']}")
