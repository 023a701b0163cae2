"""What Celery does for the portal. Lists stand in PostgreSQL; a task may run twice or die."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from portal.operations.push_import import push_import
from portal.queries.import_list import lists_under_way


@shared_task
def push_list(*, import_id: str, **_added_later: object) -> None:
    """One piece of a list of people, then back to the queue's end: invoices never wait for it."""
    if push_import(import_id=UUID(import_id), at=timezone.now()):
        push_list.delay(import_id=import_id)


@shared_task
def tick(**_added_later: object) -> int:
    """Each minute: lists whose message was lost or whose worker died; how many there are."""
    waiting = list(lists_under_way().values_list("pk", flat=True))
    for key in waiting:
        push_list.delay(import_id=str(key))
    return len(waiting)
