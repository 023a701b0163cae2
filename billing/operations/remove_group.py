"""Take a group that nobody uses out of the tree."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.operations.shape_groups import NotEmpty, close_group
from accounts.queries.portal_rights import Rights
from billing.enums import SeatStateChoice
from billing.models import LedgerHead, SeatHolding


@transaction.atomic
def remove_group(*, rights: Rights, group_id: UUID, at: datetime) -> None:
    """
    Close a group without groups, people or seats. Seats cannot come in between: the ledger waits.

    :raises NotEmpty: naming what is in it; GroupNotYours or DecidedAbove as any change of the tree
    """
    LedgerHead.objects.select_for_update(no_key=True).filter(customer=rights.customer_id).first()
    is_held = Q(until_at=None) | Q(until_at__gt=at)
    seats = SeatHolding.objects.filter(is_held, customer=rights.customer_id, group=group_id)
    if seats.exclude(state=SeatStateChoice.REMOVED).exists():
        raise NotEmpty("Seats are held in this group. Move or release them first.")
    close_group(rights=rights, group_id=group_id, at=at)
