"""What Celery does for the desk."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from billing.pipeline import STAGES
from desk.operations.release_check import play_release_check


@shared_task
def play_check(*, run_id: str, **_added_later: object) -> str:
    """Play a release check to its end; safe to send twice."""
    return play_release_check(run_id=UUID(run_id), stages=STAGES, now=timezone.now).state
