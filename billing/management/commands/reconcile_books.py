"""Reconcile the books; exit 1 with every row that differs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.operations.reconcile_books import Reconciled, reconcile_books
from kernel.money import Money
from tax.models import BillingEntity


class Command(BaseCommand):
    help = "Compare the journal with invoices, payments, what is open and credit, to zero."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--entity", help="code: only this billing entity")

    def handle(self, *args: Any, **options: Any) -> None:
        entity = None
        if options["entity"]:
            entity = BillingEntity.objects.filter(code=options["entity"]).first()
            if entity is None:
                raise CommandError(f"No billing entity has the code “{options['entity']}”.")
        done = reconcile_books(at=timezone.now(), billing_entity_id=entity.pk if entity else None)
        for one in done.checks:
            self.tell(one)
        if done.waiting:
            self.stderr.write(f"{done.waiting} documents and movements wait to be posted.")
        if not done.is_clean:
            raise CommandError(f"{done.difference_count} rows differ.")
        self.stdout.write("The books reconcile to zero.")

    def tell(self, one: Reconciled) -> None:
        state = f"{len(one.differences)} differ" if one.differences else "zero"
        rows = sum(total.rows for total in one.totals)
        self.stdout.write(f"{one.check.says}: {rows} rows, {state}.")
        for row in one.differences:
            books, source = (
                "nothing" if minor is None else Money(minor, row.currency)
                for minor in (row.books_minor, row.source_minor)
            )
            self.stderr.write(f"  {row.label} {row.currency}: books {books}, source {source}")
