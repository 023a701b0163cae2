"""Close an incident with what was learned, once nothing on its list is left to do."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from desk.enums import AffectedState, IncidentState
from desk.models import Incident
from desk.operations.follow_requests import follow_requests
from desk.operations.lock_incident import lock_incident, words_of
from kernel.refusal import Refusal


class RowsOpen(Refusal):
    code = "incident_rows_open"


class NotContained(Refusal):
    code = "incident_not_contained"


@transaction.atomic
def close_incident(*, incident_id: UUID, learned: str, at: datetime, by: User) -> Incident:
    """
    :raises WordsMissing: without what was learned
    :raises NotContained: before the harm was stopped
    :raises RowsOpen: while a row is neither corrected nor dismissed
    """
    incident = lock_incident(incident_id)
    words = words_of(learned, "Write what was learned, so that it does not happen again.")
    if incident.contained_at is None:
        raise NotContained("Record first that the harm is stopped; the playbook has the step.")
    follow_requests(incident_id=incident_id)
    left = incident.affected.filter(state__in=[AffectedState.FOUND, AffectedState.PREPARED]).count()
    if left:
        raise RowsOpen(
            f"{left} on the list are neither corrected nor dismissed. Decide them first; a prepared "
            "correction counts once it is approved and issued."
        )
    incident.state, incident.closed_at, incident.closed_by = IncidentState.CLOSED, at, by
    incident.learned = words
    if incident.owner is None:
        incident.owner = by
    if incident.acknowledged_at is None:
        incident.acknowledged_at = at
    incident.save()
    return incident
