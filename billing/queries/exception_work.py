"""Exceptions that wait: to be carried out or ended, and those whose time to be decided runs out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Min, QuerySet

from accounts.enums import ExceptionKind
from accounts.models import ExceptionRequest
from accounts.queries.exceptions_to_tend import exceptions_to_tend
from billing.enums import StageName
from billing.queries.work import Waiting, counted, not_refused, taken

OF_RECOVERY = (ExceptionKind.DUNNING_PAUSE,)


def grants_due(at: datetime) -> QuerySet[ExceptionRequest]:
    return ExceptionRequest.objects.filter(
        not_refused(StageName.GRANT), grant_due_at__lte=at
    ).order_by("grant_due_at", "pk")


def to_grant(*, at: datetime, limit: int) -> Sequence[UUID]:
    """Listed without a lock: the step locks the customer first, as all that moves money does."""
    due = grants_due(at).exclude(kind__in=OF_RECOVERY)
    return list(due.values_list("pk", flat=True)[:limit])


def count_to_grant(*, at: datetime) -> Waiting:
    return counted(grants_due(at).exclude(kind__in=OF_RECOVERY), Min("grant_due_at"))


def to_tend(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(exceptions_to_tend(at).filter(not_refused(StageName.TEND)), limit)


def count_to_tend(*, at: datetime) -> Waiting:
    return counted(exceptions_to_tend(at).filter(not_refused(StageName.TEND)), Min("target_at"))
