"""Import a bank statement file: every booking once, and what is certain is matched at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from billing.calc.bank.csv_file import CsvHints
from billing.calc.bank.file import BankFile, Booking
from billing.calc.bank.read import read_statement
from billing.enums import BankLineState
from billing.models import BankLine, BankStatement
from billing.operations.match_certain_lines import Match, match_certain_lines
from billing.operations.refuse_bank_file import (
    refuse_account_of_another,
    refuse_known_file,
    refuse_other_format,
)
from tax.models import BillingEntity

NO_HINTS = CsvHints()
WENT_OUT = "Money that went out; no customer paid it."
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """A new line and what became of it. Amount in minor units of `currency`; positive: money in."""

    position: int
    booked_on: date
    currency: str
    amount_minor: int
    payer_name: str
    reference: str
    state: BankLineState
    reason: str
    customer_name: str = ""
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did. `known` bookings came with an earlier file; pending ones are not booked yet."""

    statement_id: UUID
    file: BankFile
    lines: tuple[ImportedLine, ...]
    known: int

    def count(self, state: BankLineState) -> int:
        return sum(line.state == state for line in self.lines)

    @property
    def matched(self) -> int:
        return self.count(BankLineState.MATCHED)

    @property
    def to_look_at(self) -> int:
        return self.count(BankLineState.OPEN)

    @property
    def set_aside(self) -> int:
        return self.count(BankLineState.SET_ASIDE)


def rehearse_import(
    *,
    content: bytes,
    file_name: str,
    billing_entity: BillingEntity,
    at: datetime,
    hints: CsvHints = NO_HINTS,
) -> ImportOutcome:
    """What an import would do: it is done and taken back. Refuses what the import refuses."""
    with transaction.atomic():
        outcome = import_bank_statement(
            content=content, file_name=file_name, billing_entity=billing_entity, at=at, hints=hints
        )
        connection.check_constraints()
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def import_bank_statement(
    *,
    content: bytes,
    file_name: str,
    billing_entity: BillingEntity,
    at: datetime,
    by: User | None = None,
    hints: CsvHints = NO_HINTS,
) -> ImportOutcome:
    """
    All of a file or nothing. Money out is set aside; a line that names its invoices is matched.

    :raises StatementUnreadable: naming the line of the file and what to do
    :raises BankFileKnown: if this very file was imported before
    :raises BankAccountOfAnother: if the account is another billing entity's
    :raises BankDaysKnown: if its days were imported from the other format
    """
    own = billing_entity.iban.replace(" ", "")
    file = read_statement(content, replace(hints, account=hints.account or own))
    file = replace(file, account=file.account or own)
    BillingEntity.objects.select_for_update(of=("self",), no_key=True).get(pk=billing_entity.pk)
    digest = sha256(content).hexdigest()
    refuse_known_file(digest)
    refuse_account_of_another(file, billing_entity)
    refuse_other_format(file, billing_entity)
    statement = BankStatement(
        billing_entity=billing_entity, file_name=file_name[:MOST_NAME], format=file.format,
        sha256=digest, account=file.account, currency=file.currency, first_day=file.first_day,
        last_day=file.last_day, opening_minor=file.opening_minor,
        closing_minor=file.closing_minor, imported_at=at, imported_by=by,
    )  # fmt: skip
    save_once(statement)
    lines = add_new_lines(statement, billing_entity, file)
    matched = match_certain_lines(lines, at=at, by=by)
    return ImportOutcome(
        statement_id=statement.pk,
        file=file,
        lines=tuple(imported_line(line, matched) for line in lines),
        known=len(file.bookings) - len(lines),
    )


def save_once(statement: BankStatement) -> None:
    """Two people may bring the same file for two billing entities at the same moment."""
    try:
        with transaction.atomic():
            statement.save(force_insert=True)
    except IntegrityError:
        refuse_known_file(statement.sha256)
        raise


def imported_line(line: BankLine, matched: Mapping[UUID, Match]) -> ImportedLine:
    match = matched.get(line.pk)
    return ImportedLine(
        position=line.position,
        booked_on=line.booked_on,
        currency=line.currency,
        amount_minor=line.amount_minor,
        payer_name=line.payer_name,
        reference=line.reference,
        state=BankLineState(line.state),
        reason=line.reason,
        customer_name=match.customer_name if match else "",
        numbers=match.numbers if match else (),
    )


def add_new_lines(
    statement: BankStatement, billing_entity: BillingEntity, file: BankFile
) -> list[BankLine]:
    """Bookings no earlier file brought, in the file's order."""
    known = set(
        BankLine.objects.filter(
            billing_entity=billing_entity,
            account=file.account,
            key__in=[one.key for one in file.bookings],
        ).values_list("key", flat=True)
    )
    lines = [
        new_line(statement, one, position)
        for position, one in enumerate(file.bookings, start=1)
        if one.key not in known
    ]
    return BankLine.objects.bulk_create(lines)


def new_line(statement: BankStatement, one: Booking, position: int) -> BankLine:
    is_out = one.amount_minor <= 0
    remark = f"{one.remark}." if one.remark else ""
    return BankLine(
        statement=statement, billing_entity=statement.billing_entity, account=statement.account,
        key=one.key, position=position, booked_on=one.booked_on, currency=one.currency,
        amount_minor=one.amount_minor, payer_name=one.payer_name,
        payer_account=one.payer_account, reference=one.reference,
        state=BankLineState.SET_ASIDE if is_out else BankLineState.OPEN,
        reason=f"{remark} {WENT_OUT}".strip() if is_out else remark,
        decided_at=statement.imported_at if is_out else None,
    )  # fmt: skip
