"""Record that a step of the playbook was done; the step that stops the harm contains the incident."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from desk.calc.playbooks import PLAYBOOKS
from desk.enums import IncidentState
from desk.models import Incident, IncidentStep
from desk.operations.lock_incident import lock_incident, words_of
from kernel.refusal import Refusal


class StepUnknown(Refusal):
    code = "incident_step_unknown"


@transaction.atomic
def record_step(
    *, incident_id: UUID, key: str, result: str, at: datetime, by: User | None
) -> IncidentStep:
    """
    A step may be done again; the latest counts.

    :raises StepUnknown: if the playbook has no such step
    :raises WordsMissing: without a result
    :raises IncidentIsClosed: if it is closed
    """
    incident = lock_incident(incident_id)
    step = PLAYBOOKS[incident.playbook].step(key)
    if step is None:
        raise StepUnknown("The playbook has no such step. Look at the page again.")
    words = words_of(result, "Say what was done and what came of it.")
    if step.contains and incident.state == IncidentState.OPEN:
        contain(incident, at)
    return IncidentStep.objects.create(
        incident=incident, key=key, result=words[:500], done_at=at, done_by=by
    )


def contain(incident: Incident, at: datetime) -> None:
    """It does no more harm; what a detector finds from now on opens another."""
    incident.state, incident.contained_at = IncidentState.MITIGATED, at
    incident.save(update_fields=["state", "contained_at"])
