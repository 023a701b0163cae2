"""Find all affected: run the playbook's detectors over more days and add what is not listed yet."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from desk.calc.findings import DEFAULT_LIMITS
from desk.calc.playbooks import PLAYBOOKS
from desk.models import IncidentStep
from desk.operations.lock_incident import lock_incident
from desk.operations.open_incident import add_affected
from desk.operations.record_step import record_step
from desk.queries.found_by import found_by, limits_in_force
from kernel.refusal import Refusal

DAYS_AT_MOST = 400


class DaysOutOfRange(Refusal):
    code = "incident_days_out_of_range"


@transaction.atomic
def find_affected(*, incident_id: UUID, days: int, at: datetime, by: User | None) -> IncidentStep:
    """
    Repeatable: what is listed stays as people left it. A detector that is off still finds here.

    :raises DaysOutOfRange: for less than one day or more than 400
    :raises IncidentIsClosed: if it is closed
    """
    if not 1 <= days <= DAYS_AT_MOST:
        raise DaysOutOfRange(f"Look back 1 to {DAYS_AT_MOST} days.")
    incident = lock_incident(incident_id)
    limits = limits_in_force()
    found = [
        one
        for detector in PLAYBOOKS[incident.playbook].detectors
        for one in found_by(
            detector, at=at, limits=limits.get(detector, DEFAULT_LIMITS[detector]), days=days
        )
    ]
    added = add_affected(incident=incident, found=found, at=at)
    words = f"{len(found)} found in {days} days, {added} of them new."
    return record_step(incident_id=incident_id, key="find", result=words, at=at, by=by)
