"""What Celery does for recovery, each minute. What waits stands in PostgreSQL; a task may die."""

from celery import shared_task
from django.utils import timezone

from billing.operations.push_flow import push_flow
from dunning.operations.send_messages import send_messages
from dunning.pipeline import STAGES


@shared_task
def tick(**_added_later: object) -> int:
    """Close, open, take steps; then send what was written, outside every transaction."""
    now = timezone.now()
    push_flow(stages=STAGES, at=now)
    return send_messages(at=now)
