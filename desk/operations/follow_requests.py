"""Follow what became of prepared corrections: carried out, or no longer wanted."""

from uuid import UUID

from accounts.enums import ExceptionState
from accounts.models import ExceptionRequest
from desk.enums import AffectedState
from desk.models import IncidentAffected

GONE = (
    ExceptionState.REJECTED,
    ExceptionState.WITHDRAWN,
    ExceptionState.EXPIRED,
    ExceptionState.REVOKED,
)


def follow_requests(*, incident_id: UUID) -> int:
    """How many rows moved: to corrected once the request was carried out, back to found if refused."""
    rows = IncidentAffected.objects.filter(incident=incident_id, state=AffectedState.PREPARED)
    done = ExceptionRequest.objects.filter(carried_out_at__isnull=False)
    gone = ExceptionRequest.objects.filter(state__in=GONE, carried_out_at=None)
    moved = rows.filter(request_id__in=done.values("pk")).update(
        state=AffectedState.CORRECTED, state_reason="Approved and carried out"
    )
    return moved + rows.filter(request_id__in=gone.values("pk")).update(
        state=AffectedState.FOUND, state_reason="Its request was refused"
    )
