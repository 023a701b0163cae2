"""Requests the clock has something to say about."""

from datetime import datetime
from typing import Any

from django.db.models import ExpressionWrapper, F, Q, QuerySet
from django.db.models.fields import DateTimeField

from accounts.enums import PENDING_STATES, ExceptionState
from accounts.models import ExceptionRequest

REMINDED_AT_PART = 4


def remind_at() -> Any:
    """When deciders are reminded: with a quarter of the time left."""
    left = (F("target_at") - F("asked_at")) / REMINDED_AT_PART
    return ExpressionWrapper(F("target_at") - left, output_field=DateTimeField())


def exceptions_to_tend(at: datetime) -> QuerySet[ExceptionRequest]:
    """Undecided: past their end, past their target and not escalated, or close to it and not reminded."""
    waiting = Q(state=ExceptionState.REQUESTED)
    return (
        ExceptionRequest.objects.filter(state__in=PENDING_STATES)
        .annotate(remind_at=remind_at())
        .filter(
            Q(expires_at__lte=at)
            | waiting & Q(target_at__lte=at, escalated_at=None)
            | waiting & Q(remind_at__lte=at, reminded_at=None)
        )
        .order_by("target_at", "pk")
    )
