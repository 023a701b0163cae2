"""Invitations as those see them who manage people, and those whose time is over."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from accounts.queries.portal_rights import Rights
from billing.enums import InvitationState, StageName
from billing.models import Invitation
from billing.queries.work import Waiting, counted, not_refused, taken


def managed_invitations(rights: Rights) -> QuerySet[Invitation]:
    """Of the groups one administers; the billing owner sees those for billing too."""
    mine = Q(group__in=rights.group_ids)
    if rights.is_owner:
        mine |= Q(group=None)
    return Invitation.objects.filter(mine, customer=rights.customer_id).select_related(
        "customer", "group", "subscription", "seat_type", "grantee", "invited_by", "accepted_by"
    )


def overdue(at: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        not_refused(StageName.EXPIRE), state=InvitationState.PENDING, expires_at__lte=at
    )


def to_expire(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(overdue(at).order_by("expires_at", "pk"), limit)


def count_to_expire(*, at: datetime) -> Waiting:
    return counted(overdue(at), Min("expires_at"))
