"""Sign a person out everywhere."""

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import User

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


def end_sessions(*, user: User, but: str = "") -> int:
    """End the person's sessions except the one with the key `but`; how many there were."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=but))
    for session in sessions:
        SessionStore().delete(session.session_key)
        session.delete()
    return len(sessions)
