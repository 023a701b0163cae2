"""Exceptions that wait: to be carried out or ended, and those whose time to be decided runs out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from accounts.enums import ExceptionKind
from accounts.models import ExceptionRequest
from accounts.queries.exceptions_to_tend import exceptions_to_tend
from billing.enums import StageName
from billing.queries.work import Waiting, counted, not_refused, taken

OF_RECOVERY = (ExceptionKind.DUNNING_PAUSE,)


def grants_due(at: datetime, *, stage: StageName) -> QuerySet[ExceptionRequest]:
    """
    What a stage carries out: recovery's own kinds, or all others.

    Listed without a lock: the step locks the customer first, as all that moves money does.
    """
    is_recovery = Q(kind__in=OF_RECOVERY)
    return ExceptionRequest.objects.filter(
        is_recovery if stage == StageName.PAUSE else ~is_recovery,
        not_refused(stage),
        grant_due_at__lte=at,
    ).order_by("grant_due_at", "pk")


def to_grant(*, at: datetime, limit: int) -> Sequence[UUID]:
    due = grants_due(at, stage=StageName.GRANT)
    return list(due.values_list("pk", flat=True)[:limit])


def count_to_grant(*, at: datetime) -> Waiting:
    return counted(grants_due(at, stage=StageName.GRANT), Min("grant_due_at"))


def to_tend(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(exceptions_to_tend(at).filter(not_refused(StageName.TEND)), limit)


def count_to_tend(*, at: datetime) -> Waiting:
    return counted(exceptions_to_tend(at).filter(not_refused(StageName.TEND)), Min("target_at"))
