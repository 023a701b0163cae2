"""The demo's bank: statements of the day as CSV files, and Ben who matches what names no invoice."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.models import User

from billing.enums import BankLineState
from billing.models import BankLine, Receivable
from billing.operations.import_bank_statement import import_bank_statement
from billing.operations.match_bank_line import match_bank_line
from kernel.money import Money
from tax.models import BillingEntity

HEADINGS = (
    "Account", "Booking date", "Amount", "Currency", "Payer", "Payer account", "Reference",
    "Transaction id",
)  # fmt: skip
WORDS = ("Invoice {}", "{}", "Your invoice {}, thank you", "RE {}", "Payment for {}")
LOOKED_AT_AFTER = timedelta(days=4)
GARBLED = 0.04


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money a customer sends for an invoice. Minor units of the invoice's currency."""

    owed: Receivable
    minor: int


class Bank:
    """Books deposits, sends statements, and keeps an eye on what nobody could match."""

    def __init__(self, *, random: Random, clerk: User) -> None:
        self.random = random
        self.clerk = clerk
        self.booked = 0

    def send(self, deposits: Iterable[Deposit], *, at: datetime) -> None:
        """One file a seller and currency, imported as Ben would."""
        by_account: dict[tuple[str, str], list[Deposit]] = defaultdict(list)
        for one in deposits:
            by_account[one.owed.billing_entity.code, one.owed.currency].append(one)
        for (code, currency), rows in sorted(by_account.items()):
            entity = BillingEntity.objects.get(code=code)
            import_bank_statement(
                content=self.statement(entity, rows, at=at),
                file_name=f"{code}-{currency}-{at:%Y-%m-%d}.csv",
                billing_entity=entity,
                by=self.clerk,
                at=at,
            )

    def statement(self, entity: BillingEntity, rows: list[Deposit], *, at: datetime) -> bytes:
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for one in rows:
            self.booked += 1
            customer = one.owed.customer
            amount = Money(one.minor, one.owed.currency)
            writer.writerow(
                (
                    f"{entity.code}-{one.owed.currency}", f"{at:%Y-%m-%d}", str(amount),
                    one.owed.currency, customer.legal_name, f"ACC-{customer.external_id}",
                    self.reference(one), f"BK{self.booked:08d}",
                )
            )  # fmt: skip
        return file.getvalue().encode()

    def reference(self, deposit: Deposit) -> str:
        """Most people write the number; some write nothing that helps."""
        if self.random.random() < GARBLED:
            return "seats, as agreed"
        return self.random.choice(WORDS).format(deposit.owed.invoice.number)

    def look_at_open_lines(self, *, at: datetime) -> None:
        """After a few days Ben knows whose money it is."""
        since = (at - LOOKED_AT_AFTER).date()
        lines = BankLine.objects.filter(state=BankLineState.OPEN, booked_on__lte=since)
        for line in lines.order_by("booked_on", "pk"):
            owed = (
                Receivable.objects.filter(
                    customer__legal_name=line.payer_name,
                    billing_entity=line.billing_entity_id,
                    currency=line.currency,
                )
                .order_by("-open_minor", "due_date")
                .first()
            )
            if owed:
                match_bank_line(
                    line_id=line.pk, customer_id=owed.customer_id, invoices=[owed.pk],
                    by=self.clerk, at=at,
                )  # fmt: skip
