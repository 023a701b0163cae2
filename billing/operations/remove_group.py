"""Take a group that nobody uses out of the tree."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.operations.shape_groups import NotEmpty, close_group, locked_tree
from accounts.queries.portal_rights import Rights
from billing.enums import InvitationState, SeatStateChoice
from billing.models import ClaimOffer, DirectoryMapping, Invitation, LedgerHead, SeatHolding


@transaction.atomic
def remove_group(*, rights: Rights, group_id: UUID, at: datetime) -> None:
    """
    Close a group without groups, people or seats, and into which nobody is on the way.

    Seats cannot come in between: the ledger waits.

    :raises NotEmpty: naming what is in it; GroupNotYours or DecidedAbove as any change of the tree
    """
    locked_tree(rights)  # the tree before the ledger, as directories do: so nobody waits in a ring
    LedgerHead.objects.select_for_update(no_key=True).filter(customer=rights.customer_id).first()
    is_held = Q(until_at=None) | Q(until_at__gt=at)
    seats = SeatHolding.objects.filter(is_held, customer=rights.customer_id, group=group_id)
    if seats.exclude(state=SeatStateChoice.REMOVED).exists():
        raise NotEmpty("Seats are held in this group. Move or release them first.")
    close_group(rights=rights, group_id=group_id, at=at)
    check_nobody_comes(group_id)  # after it, because mappings change under the lock that it takes


def check_nobody_comes(group_id: UUID) -> None:
    """:raises NotEmpty: naming what would bring people into the group later"""
    if Invitation.objects.filter(group=group_id, state=InvitationState.PENDING).exists():
        raise NotEmpty("Invitations to this group are open. Take them back first.")
    if ClaimOffer.objects.filter(group=group_id, is_open=True).exists():
        raise NotEmpty(
            "Seats in this group are on offer. Close the offer under “Who may join” first."
        )
    if DirectoryMapping.objects.filter(group=group_id).exists():
        raise NotEmpty(
            "Your directory brings people into this group. The billing owner has to remove that "
            "mapping under “Directory” first."
        )
