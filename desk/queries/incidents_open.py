"""Open incidents for the home page: the oldest first, and how many are past a target."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from desk.enums import IncidentState
from desk.models import Incident
from desk.queries.incident_list import IncidentRow, incident_row, missed, with_counts


@dataclass(frozen=True, slots=True)
class OpenIncidents:
    """How many are not closed, how many of them late or without an owner, and the oldest few."""

    count: int
    late: int
    unowned: int
    oldest: datetime | None
    rows: tuple[IncidentRow, ...]


def incidents_open(*, now: datetime, limit: int = 5) -> OpenIncidents:
    """Two queries, on the index of incidents that are not closed."""
    running = Incident.objects.exclude(state=IncidentState.CLOSED)
    sums = running.aggregate(
        count=Count("pk"),
        late=Count("pk", filter=missed(now)),
        unowned=Count("pk", filter=Q(owner=None)),
        oldest=Min("opened_at"),
    )
    rows = with_counts(running).order_by("opened_at", "pk")[:limit]
    return OpenIncidents(**sums, rows=tuple(incident_row(one, now) for one in rows))
