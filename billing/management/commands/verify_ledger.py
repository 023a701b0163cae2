"""Verify the seat ledger: every entry's digest and link, from the first to the head of each chain."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import track

from billing.models import LedgerHead, SeatLedgerEntry
from billing.operations.verify_ledger import verify_chain


class Command(BaseCommand):
    help = "Walk the hash chain of each customer; exit 1 naming the first broken entry of each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customer", help="external id: only this customer's chain")

    def handle(self, *args: Any, **options: Any) -> None:
        heads = LedgerHead.objects.select_related("customer").order_by("customer__external_id")
        if options["customer"]:
            heads = heads.filter(customer__external_id=options["customer"])
            if not heads:
                raise CommandError(f"Customer “{options['customer']}” has no ledger.", returncode=2)
        broken = [
            found
            for head in track(heads, description="chains", total=heads.count())
            if (found := verify_chain(head))
        ]
        for one in broken:
            self.stderr.write(str(one))
        if broken:
            raise CommandError(f"{len(broken)} of {len(heads)} chains are broken.")
        customers = [head.customer_id for head in heads]
        entries = SeatLedgerEntry.objects.filter(customer__in=customers).count()
        self.stdout.write(f"{entries} entries in {len(heads)} chains are whole.")
