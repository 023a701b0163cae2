"""Lists of people that were brought in: those somebody may see, and those that wait for a worker."""

from django.db.models import Q, QuerySet

from accounts.queries.portal_rights import Rights
from billing.enums import SeatImportState
from billing.models import SeatImport

UNDER_WAY = (SeatImportState.CHECKING, SeatImportState.RUNNING)


def seen_lists(rights: Rights) -> QuerySet[SeatImport]:
    """
    Newest first: one's own, and those of people who administered nothing beyond one's groups then.

    For the billing owner all of them.
    """
    found = SeatImport.objects.filter(customer=rights.customer_id).select_related("by")
    if rights.is_owner:
        return found
    within = Q(groups__contained_by=list(rights.group_ids)) & ~Q(groups=[])
    return found.filter(Q(by=rights.user_id) | within)


def lists_under_way() -> QuerySet[SeatImport]:
    """Those a worker has to go on with; not those that broke."""
    return SeatImport.objects.filter(state__in=UNDER_WAY, stopped_at=None)
