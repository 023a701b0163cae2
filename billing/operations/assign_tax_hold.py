"""Say who takes care of a tax hold."""

from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.models import TaxHold
from kernel.refusal import Refusal


class HoldReleased(Refusal):
    code = "tax_hold_released"


@transaction.atomic
def assign_tax_hold(*, hold_id: UUID, owner: User | None) -> TaxHold:
    """
    The owner is shown wherever the hold is; None gives it back to everybody.

    :raises HoldReleased: if the draft went on in the meantime
    """
    hold = TaxHold.objects.select_for_update(of=("self",)).get(pk=hold_id)
    if hold.released_at is not None:
        raise HoldReleased("This hold is released already: the draft went on. Reload the list.")
    hold.owner = owner
    hold.save(update_fields=["owner"])
    return hold
