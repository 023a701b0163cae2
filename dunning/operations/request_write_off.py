"""Ask for a write-off. Somebody with the right decides; nothing is booked here."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from dunning.models import DunningCase
from dunning.operations.lock_case import lock_case, words_of


@transaction.atomic
def request_write_off(
    *, case_id: UUID, reason: str, at: datetime, by: User | None = None
) -> DunningCase:
    """
    The case says so until it is decided: `write_off` on its invoices closes it.

    :raises ReasonMissing: without a reason
    :raises CaseClosed: if the case is closed
    """
    words = words_of(reason)
    case = lock_case(case_id)
    case.write_off_requested_at, case.write_off_reason = at, words
    case.write_off_requested_by = by
    case.save(
        update_fields=["write_off_requested_at", "write_off_reason", "write_off_requested_by"]
    )
    return case
