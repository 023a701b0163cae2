"""Export an entity's journal over a period, for the accountant."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.calc.books.export_period import read_period
from billing.operations.export_books import currencies_of, export_books
from billing.queries.books_work import count_to_post
from kernel.refusal import Refusal
from tax.models import BillingEntity


class Command(BaseCommand):
    help = "Write the journal of a billing entity as CSV or as a DATEV batch (EXTF 700)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--entity", required=True, help="code, for example LRIE")
        parser.add_argument("--period", required=True, help="2026-10, 2026-Q3, 2026 or from..to")
        parser.add_argument("--format", choices=["csv", "datev"], default="csv")
        parser.add_argument("--currency", default="", help="DATEV: default is the entity's own")
        parser.add_argument("--to", help="file; default is the export's own name here, - is stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        entity = BillingEntity.objects.filter(code=options["entity"]).first()
        if entity is None:
            raise CommandError(f"No billing entity has the code “{options['entity']}”.")
        now = timezone.now()
        try:
            period = read_period(options["period"])
            export = export_books(
                billing_entity=entity, period=period, format=options["format"], at=now,
                currency=options["currency"].upper(),
            )  # fmt: skip
            content = b"".join(export.chunks)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        if options["to"] == "-":
            sys.stdout.buffer.write(content)
        else:
            target = Path(options["to"] or export.name)
            target.write_bytes(content)
            self.stderr.write(f"{target}: {len(content.splitlines())} lines.")
        waiting, _ = count_to_post(at=now)
        if waiting:
            self.stderr.write(f"{waiting} documents and movements still wait to be posted.")
        if options["format"] == "datev":
            found = currencies_of(billing_entity_id=entity.pk, period=period)
            self.stderr.write(f"Currencies in the period: {', '.join(found)}; one file each.")
