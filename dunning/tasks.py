"""What Celery does for recovery, each minute. What waits stands in PostgreSQL; a task may die."""

from celery import shared_task
from django.utils import timezone

from accounts.operations.send_queued_mail import send_queued_mail
from billing.operations.push_flow import push_flow
from dunning.models import Message
from dunning.pipeline import STAGES


@shared_task
def tick(**_added_later: object) -> int:
    """Close, open, take steps; then send what was written, outside every transaction."""
    now = timezone.now()
    push_flow(stages=STAGES, at=now)
    return send_queued_mail(box=Message, at=now)
