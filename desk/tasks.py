"""What Celery does for the desk."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.operations.send_queued_mail import send_queued_mail
from billing.pipeline import STAGES
from desk.models import IncidentMessage
from desk.operations.detect_incidents import detect_incidents
from desk.operations.follow_requests import follow_requests
from desk.operations.release_check import play_release_check


@shared_task
def play_check(*, run_id: str, **_added_later: object) -> str:
    """Play a release check to its end; safe to send twice."""
    return play_release_check(run_id=UUID(run_id), stages=STAGES, now=timezone.now).state


@shared_task
def look_for_incidents(**_added_later: object) -> int:
    """After the daily run: how much went wrong that nobody knew of."""
    return sum(one.new for one in detect_incidents(at=timezone.now()))


@shared_task
def tick(**_added_later: object) -> int:
    """Each minute: what became of prepared corrections, and messages of incidents."""
    follow_requests()
    return send_queued_mail(box=IncidentMessage, at=timezone.now())
