"""Take back the signature under a market checklist: its customers wait from then on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from kernel.refusal import Refusal
from tax.models import MarketChecklist

MOST_CHARACTERS = 100


class MarketNotSigned(Refusal):
    code = "market_not_signed"


class ReasonMissing(Refusal):
    code = "revocation_reason_missing"


@transaction.atomic
def revoke_sign_off(*, checklist_id: UUID, by: User, reason: str, at: datetime) -> MarketChecklist:
    """
    The reason stays in the checklist's history beside who revoked, and when.

    :raises MarketNotSigned: if there is no signature to take back
    :raises ReasonMissing: without a reason of up to 100 characters
    """
    checklist = MarketChecklist.objects.select_for_update(of=("self",)).get(pk=checklist_id)
    if checklist.signed_off_at is None:
        raise MarketNotSigned(f"{checklist} is not signed off; there is nothing to revoke.")
    if not 0 < len(reason.strip()) <= MOST_CHARACTERS:
        raise ReasonMissing(
            f"Say why in up to {MOST_CHARACTERS} characters; it stays in the history."
        )
    checklist.signed_off_by = checklist.signed_off_at = None
    version: Any = checklist  # what the history takes beside the fields
    version._change_reason = reason.strip()
    version._history_user, version._history_date = by, at
    checklist.save(update_fields=["signed_off_by", "signed_off_at"])
    return checklist
