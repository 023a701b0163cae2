"""Recognize revenue on demand: what is over by a day, without waiting for the end of the month."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.operations.recognize_revenue import recognize_revenue
from kernel.refusal import Refusal
from tax.models import BillingEntity


class Command(BaseCommand):
    help = "Move what lines have earned through a day from deferred revenue to revenue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--entity", required=True, help="code, for example LRIE")
        parser.add_argument("--through", required=True, help="last day that counts: 2026-10-15")

    def handle(self, *args: Any, **options: Any) -> None:
        entity = BillingEntity.objects.filter(code=options["entity"]).first()
        if entity is None:
            raise CommandError(f"No billing entity has the code “{options['entity']}”.")
        try:
            through = date.fromisoformat(options["through"])
        except ValueError as error:
            raise CommandError(f"“{options['through']}” is no day. Write 2026-10-15.") from error
        try:
            done = recognize_revenue(
                billing_entity_id=entity.pk, through=through, at=timezone.now()
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{done} entries were written.")
