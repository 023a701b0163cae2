"""Tasks of accounts."""

from celery import shared_task
from django.utils import timezone

from accounts.operations.forget_ended_sessions import forget_ended_sessions


@shared_task
def forget_sessions(**_added_later: object) -> int:
    """Once a day: sessions that are over are removed; returns how many."""
    return forget_ended_sessions(at=timezone.now())
