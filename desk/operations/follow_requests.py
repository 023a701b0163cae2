"""Follow what became of prepared corrections: carried out, or no longer wanted."""

from uuid import UUID

from accounts.enums import ExceptionState
from accounts.models import ExceptionRequest
from desk.enums import AffectedState, IncidentState
from desk.models import Incident, IncidentAffected

GONE = (
    ExceptionState.REJECTED,
    ExceptionState.WITHDRAWN,
    ExceptionState.EXPIRED,
    ExceptionState.REVOKED,
)


def follow_requests(*, incident_id: UUID | None = None) -> int:
    """
    How many rows moved: to corrected once the request was carried out, back to found if refused.

    Without an incident, those of all that are not closed.
    """
    rows = IncidentAffected.objects.filter(state=AffectedState.PREPARED)
    if incident_id:
        rows = rows.filter(incident=incident_id)
    else:
        running = Incident.objects.exclude(state=IncidentState.CLOSED)
        rows = rows.filter(incident__in=running.values("pk"))
    done = ExceptionRequest.objects.filter(carried_out_at__isnull=False)
    gone = ExceptionRequest.objects.filter(state__in=GONE, carried_out_at=None)
    moved = rows.filter(request_id__in=done.values("pk")).update(
        state=AffectedState.CORRECTED, state_reason="Approved and carried out"
    )
    return moved + rows.filter(request_id__in=gone.values("pk")).update(
        state=AffectedState.FOUND, state_reason="Its request was refused"
    )
