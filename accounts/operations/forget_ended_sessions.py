"""Remove sessions that are over, and the notes on where they were; nobody can use them any more."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session


def forget_ended_sessions(*, at: datetime) -> int:
    """How many sessions had expired before `at`."""
    gone, _ = Session.objects.filter(expire_date__lt=at).delete()
    alive = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=alive).delete()
    return gone
