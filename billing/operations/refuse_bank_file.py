"""Why a bank statement file is not imported although it can be read."""

from django.db.models import Q

from billing.calc.bank.file import BankFile
from billing.models import BankStatement
from kernel.refusal import Refusal
from tax.models import BillingEntity


class BankFileKnown(Refusal):
    code = "bank_file_known"


class BankAccountOfAnother(Refusal):
    code = "bank_account_of_another"


class BankDaysKnown(Refusal):
    code = "bank_days_known"


def refuse_known_file(digest: str) -> None:
    known = BankStatement.objects.filter(sha256=digest).select_related("imported_by").first()
    if known:
        who = f" by {known.imported_by.get_username()}" if known.imported_by else ""
        raise BankFileKnown(
            f"This very file was imported on {known.imported_at:%Y-%m-%d %H:%M} UTC{who} as "
            f"“{known.file_name}”. Nothing was changed; export later days."
        )


def refuse_account_of_another(file: BankFile, billing_entity: BillingEntity) -> None:
    """An account belongs to one billing entity: by its record, or by what was imported for it."""
    if not file.account:
        return
    others = BillingEntity.objects.exclude(pk=billing_entity.pk)
    ibans = {one.iban.replace(" ", ""): one for one in others if one.iban}
    imported = (
        BankStatement.objects.filter(account=file.account)
        .exclude(billing_entity=billing_entity)
        .select_related("billing_entity")
        .first()
    )
    owner = ibans.get(file.account) or (imported.billing_entity if imported else None)
    if owner:
        raise BankAccountOfAnother(
            f"The account {file.account} is that of {owner.code} ({owner.legal_name}). Choose this "
            "billing entity and import the file there."
        )


def refuse_other_format(file: BankFile, billing_entity: BillingEntity) -> None:
    """CAMT.053 and CSV name a booking differently, so one day is not taken from both."""
    known = (
        BankStatement.objects.filter(
            Q(first_day__lte=file.last_day, last_day__gte=file.first_day),
            billing_entity=billing_entity,
            account=file.account,
            currency=file.currency,
        )
        .exclude(format=file.format)
        .first()
        if file.bookings
        else None
    )
    if known:
        raise BankDaysKnown(
            f"Days from {known.first_day} to {known.last_day} of this account were imported from "
            f"{known.get_format_display()} (“{known.file_name}”). Import other days, or the same "
            "format again."
        )
