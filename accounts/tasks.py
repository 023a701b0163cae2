"""Tasks of accounts."""

from celery import shared_task
from django.utils import timezone

from accounts.operations.forget_directory_requests import forget_directory_requests
from accounts.operations.forget_ended_sessions import forget_ended_sessions
from accounts.operations.offer_ownership import expire_offers
from accounts.operations.queue_portal_mail import send_portal_mail


@shared_task
def forget_sessions(**_added_later: object) -> int:
    """Once a day: sessions that are over are removed; returns how many."""
    return forget_ended_sessions(at=timezone.now())


@shared_task
def forget_requests(**_added_later: object) -> int:
    """Once a day: what directories asked long ago is removed; returns how many lines."""
    return forget_directory_requests(at=timezone.now())


@shared_task
def send_mail(**_added_later: object) -> int:
    """Each minute, and at once when somebody asks to sign in; returns how many were sent."""
    return send_portal_mail(at=timezone.now())


@shared_task
def expire_ownership(**_added_later: object) -> int:
    """Once a day: offers of ownership that nobody answered in time are over; how many."""
    return expire_offers(at=timezone.now())
