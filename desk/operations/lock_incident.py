"""What every change of an incident begins with: its row, locked, and not closed."""

from uuid import UUID

from desk.enums import IncidentState
from desk.models import Incident
from kernel.refusal import Refusal


class IncidentUnknown(Refusal):
    code = "incident_unknown"


class IncidentIsClosed(Refusal):
    code = "incident_is_closed"


class WordsMissing(Refusal):
    code = "incident_words_missing"


def lock_incident(incident_id: UUID) -> Incident:
    """
    :raises IncidentUnknown: if there is none
    :raises IncidentIsClosed: if it is closed; what is noted afterwards belongs to a new one
    """
    incident = Incident.objects.select_for_update(of=("self",)).filter(pk=incident_id).first()
    if incident is None:
        raise IncidentUnknown("There is no such incident.")
    if incident.state == IncidentState.CLOSED:
        raise IncidentIsClosed("This incident is closed. Open a new one that names it.")
    return incident


def words_of(text: str, ask: str) -> str:
    """:raises WordsMissing: if nothing is said, asking for it"""
    if not text.strip():
        raise WordsMissing(ask)
    return text.strip()
