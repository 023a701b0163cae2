"""Switch a webhook endpoint off and on, or remove it. Its log stays."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from accounts.enums import StaffRole
from accounts.operations.mail_staff import mail_staff
from accounts.queries.change_feed import horizon
from billing.enums import WebhookState
from billing.models import WebhookEndpoint
from billing.operations.lock_endpoint import lock_endpoint


@transaction.atomic
def switch_off(*, endpoint_id: UUID, because: str, at: datetime, tell_staff: bool = True) -> None:
    """
    It hears nothing more, and what waits for it goes on waiting. Administrators are told by mail.

    :raises EndpointMissing: if there is no such endpoint
    """
    endpoint = lock_endpoint(endpoint_id)
    if endpoint.switched_off_at is not None:
        return
    endpoint.switched_off_at, endpoint.switched_off_because = at, because
    endpoint.save(update_fields=["switched_off_at", "switched_off_because"])
    if tell_staff:
        people = User.objects.filter(groups__name=StaffRole.ADMINISTRATOR, is_active=True)
        addresses = list(people.exclude(email="").values_list("email", flat=True).distinct())
        transaction.on_commit(partial(tell, endpoint, addresses))


def tell(endpoint: WebhookEndpoint, addresses: Sequence[str]) -> None:
    subject = f"Webhooks to {endpoint.url} are switched off"
    text = (
        f"{subject}.\n\n{endpoint.switched_off_because} Messages wait until it is switched on"
        f" again.\n\n{settings.BASE_URL}/desk/webhooks/{endpoint.pk}/\n"
    )
    mail_staff(addresses=addresses, subject=subject, text=text)


@transaction.atomic
def switch_on(*, endpoint_id: UUID, skip_missed: bool, at: datetime) -> None:
    """
    It goes on where it stopped, or, with `skip_missed`, with what changes from now on.

    :raises EndpointMissing: if there is no such endpoint
    """
    endpoint = lock_endpoint(endpoint_id)
    endpoint.switched_off_at, endpoint.switched_off_because = None, ""
    endpoint.failing_since = None
    waiting = endpoint.deliveries.filter(state=WebhookState.WAITING)
    if skip_missed:
        place = horizon()
        endpoint.heard_xid, endpoint.heard_id = place.xid, place.id
        waiting.update(state=WebhookState.PARKED)
    else:
        waiting.update(due_at=at, trying_since=at)
    endpoint.save()


@transaction.atomic
def remove_endpoint(*, endpoint_id: UUID, at: datetime) -> None:
    """
    It hears nothing more, for good; what waits is not sent.

    :raises EndpointMissing: if there is no such endpoint
    """
    endpoint = lock_endpoint(endpoint_id)
    endpoint.removed_at = at
    endpoint.save(update_fields=["removed_at"])
    open_states = (WebhookState.WAITING, WebhookState.PARKED)
    endpoint.deliveries.filter(state__in=open_states).update(state=WebhookState.CANCELED)
