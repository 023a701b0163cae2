"""Derive finalized invoices again from the ledger and name every difference."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from billing.operations.recheck_invoices import customers_to_recheck, recheck_invoices
from billing.records.differences import Difference
from kernel.refusal import Refusal


class Command(BaseCommand):
    help = "Derive finalized invoices again from the ledger as known at their issue. Exit 1 if any differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("numbers", nargs="*", metavar="INVOICE-NUMBER")
        parser.add_argument("--all", action="store_true", help="every finalized invoice")

    def handle(self, *args: Any, **options: Any) -> None:
        numbers = options["numbers"]
        if bool(numbers) == options["all"]:
            raise CommandError("Name invoice numbers, or say --all.", returncode=2)
        try:
            customer_ids = customers_to_recheck(numbers=numbers)
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal

        invoices = lines = 0
        differences: list[Difference] = []
        with Progress(
            TextColumn("recheck"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        ) as progress:
            task = progress.add_task("recheck", total=len(customer_ids))
            for chunk in recheck_invoices(customer_ids=customer_ids, numbers=numbers):
                invoices, lines = invoices + chunk.invoices, lines + chunk.lines
                differences += chunk.differences
                progress.advance(task, chunk.customers)

        for difference in differences:
            self.stdout.write(str(difference))
        if differences:
            raise CommandError(
                f"{len(differences)} differences in {invoices} invoices with {lines} lines."
            )
        self.stdout.write(f"{invoices} invoices with {lines} lines are as the ledger says.")
