"""The web entry point."""

from django.core.wsgi import get_wsgi_application

from config.celery import app as celery_app

__all__ = ["application", "celery_app"]

django_application = get_wsgi_application()

from config.entitlement_door import EntitlementDoor  # noqa: E402 - Django must be set up first
from config.event_door import EventDoor  # noqa: E402

application = EntitlementDoor(EventDoor(django_application))
