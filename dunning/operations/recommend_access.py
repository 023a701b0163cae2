"""Tell the product what recovery advises: the furthest level any case of the customer has reached."""

from datetime import datetime
from uuid import UUID

from accounts.operations.advise_access import advise_access
from dunning.calc.campaign import LEVELS
from dunning.enums import CaseState
from dunning.models import DunningCase

REASON_CODE = "payment_overdue"
WORDS = {
    "none": "",
    "banner": "A payment is open. Show the people who pay a banner with the link to pay.",
    "restrict_additions": "A payment is open for long. Add no new seats; existing ones work as before.",
    "suspend": "A payment stays open after notice. Suspend access; delete nothing.",
}


def recommend_access(*, customer_id: UUID, at: datetime) -> None:
    """Advice alone. Seats, memberships and entitlements stay as they are."""
    reached = DunningCase.objects.filter(customer=customer_id).exclude(state=CaseState.CLOSED)
    level = max(reached.values_list("access_level", flat=True), key=LEVELS.index, default="none")
    advise_access(
        customer_id=customer_id, level=level, reason_code=REASON_CODE, words=WORDS[level], at=at
    )
