"""Assign an item of month end: who does it, by when, and a note for colleagues."""

from datetime import date

from django.contrib.auth.models import User
from django.db import transaction

from billing.models import CloseCheck, PeriodClose
from billing.queries.close.checklist import close_state
from kernel.refusal import Refusal


class CloseItemSigned(Refusal):
    code = "close_item_signed"


@transaction.atomic
def assign_close_item(
    *, close: PeriodClose, code: str, owner: User | None, due: date, note: str
) -> CloseCheck:
    """
    Replace owner, date and note.

    :raises CloseItemSigned: once the month is locked
    """
    if close_state(close).is_locked:
        raise CloseItemSigned("This month is locked. Its items belong to its report now.")
    check = CloseCheck.objects.select_for_update().get(close=close, code=code)
    check.owner, check.due, check.note = owner, due, note.strip()[:500]
    check.save(update_fields=["owner", "due", "note"])
    return check
