"""Own an incident: whoever takes it, or is given it, acknowledges it."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from desk.models import Incident
from desk.operations.lock_incident import lock_incident


@transaction.atomic
def take_incident(*, incident_id: UUID, owner: User, at: datetime) -> Incident:
    """
    The first owner acknowledges it; later ones only take over.

    :raises IncidentIsClosed: if it is closed
    """
    incident = lock_incident(incident_id)
    incident.owner = owner
    if incident.acknowledged_at is None:
        incident.acknowledged_at = at
    incident.save(update_fields=["owner", "acknowledged_at"])
    return incident
