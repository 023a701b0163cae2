"""`manage.py verify_entitlements`: do the stored spans of seats and totals of usage say what is recorded?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.operations.verify_entitlements import verify_entitlements


class Command(BaseCommand):
    help = (
        "Rebuilds who holds which seat from the ledger, adds usage up again, and names differences"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customer", default="", help="External id; without it, all")

    def handle(self, *args: Any, customer: str, **options: Any) -> None:
        report = verify_entitlements(customer=customer)
        for line in report.differences:
            self.stdout.write(line)
        if report.differences:
            raise CommandError(f"{len(report.differences)} differences.")
        self.stdout.write(
            f"{report.subscriptions} subscriptions: {report.spans} spans of seats and "
            f"{report.totals} totals of usage are what the records say."
        )
