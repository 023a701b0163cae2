"""Record what a register said of a tax id, looked up by a person."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import Customer
from tax.calc.tax_number import number_country, plain_number
from tax.enums import TaxIdCheckState, TaxIdRegister
from tax.models import TaxIdCheck


@transaction.atomic
def record_tax_id_answer(
    *,
    customer: Customer,
    number: str,
    is_valid: bool,
    by: User | None,
    consultation_number: str = "",
    name: str = "",
    address: str = "",
    at: datetime,
) -> TaxIdCheck:
    """Answers the check that waits for this number, or is a check of its own. An answer is final."""
    plain = plain_number(number)
    waiting = TaxIdCheck.objects.select_for_update().filter(
        customer=customer, number=plain, state=TaxIdCheckState.PENDING
    )
    check = waiting.first() or TaxIdCheck(
        customer=customer,
        number=plain,
        country=number_country(plain, default=customer.country),
        asked_at=at,
    )
    check.register = TaxIdRegister.BY_HAND
    check.state = TaxIdCheckState.VALID if is_valid else TaxIdCheckState.INVALID
    check.next_attempt_at = None
    check.answered_at, check.answered_by = at, by
    check.consultation_number, check.name, check.address = consultation_number, name, address
    check.save()
    return check
