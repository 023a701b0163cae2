"""The list of incidents: what is open, whose it is, and which target comes next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.queries.paging import Page, page_of
from desk.enums import IncidentState
from desk.models import Incident, IncidentAffected

OWNERS = {"me": "Mine", "nobody": "Nobody's"}
STATES = {"running": "Not closed", **dict(IncidentState.choices)}


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """What was asked for; empty means any. `owner` is "me" (then `user_id` says who) or "nobody"."""

    search: str = ""
    playbook: str = ""
    state: str = ""
    severity: str = ""
    owner: str = ""
    late: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What should happen by when, and when it did."""

    words: str
    by: datetime
    met_at: datetime | None

    def is_missed(self, now: datetime) -> bool:
        return (self.met_at or now) > self.by


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident of the list; `target` is the next one to meet, None once it is closed."""

    id: UUID
    title: str
    playbook: str
    state: str
    state_words: str
    severity: str
    severity_words: str
    detector: str
    owner: str
    opened_at: datetime
    affected: int
    target: Target | None
    is_late: bool


def targets(incident: Incident) -> tuple[Target, ...]:
    return (
        Target("Own it", incident.acknowledge_by, incident.acknowledged_at),
        Target("Stop the harm", incident.contain_by, incident.contained_at),
        Target("Close it", incident.resolve_by, incident.closed_at),
    )


def missed(now: datetime) -> Q:
    """Incidents past a target that nobody met yet."""
    return ~Q(state=IncidentState.CLOSED) & (
        Q(acknowledged_at=None, acknowledge_by__lt=now)
        | Q(contained_at=None, contain_by__lt=now)
        | Q(resolve_by__lt=now)
    )


def found_incidents(asked: IncidentFilter, *, now: datetime) -> QuerySet[Incident]:
    """Newest first."""
    rows = Incident.objects.filter(wanted(asked))
    if asked.search:
        rows = rows.filter(Q(title__icontains=asked.search) | Q(pk__in=of_customer(asked.search)))
    if asked.late:
        rows = rows.filter(missed(now))
    return with_counts(rows).order_by("-opened_at", "-pk")


def wanted(asked: IncidentFilter) -> Q:
    """Playbook, severity, state and owner as chosen."""
    given = {name: getattr(asked, name) for name in ("playbook", "severity", "state")}
    if asked.state == "running":
        given["state"] = ""
    chosen = Q(**{name: value for name, value in given.items() if value})
    if asked.state == "running":
        chosen &= ~Q(state=IncidentState.CLOSED)
    if asked.owner:
        chosen &= Q(owner=asked.user_id if asked.owner == "me" else None)
    return chosen


def of_customer(search: str) -> QuerySet[IncidentAffected, UUID]:
    """Incidents that touched a customer of this name or external id."""
    named = Q(customer__legal_name__istartswith=search) | Q(customer__external_id__iexact=search)
    return IncidentAffected.objects.filter(named).values_list("incident", flat=True)


def with_counts(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    counts = (
        IncidentAffected.objects.filter(incident=OuterRef("pk"))
        .order_by()
        .values("incident")
        .annotate(customers=Count("customer", distinct=True))
    )
    return rows.select_related("owner").annotate(
        affected_customers=Coalesce(
            Subquery(counts.values("customers"), output_field=IntegerField()), Value(0)
        ),
    )


def incident_list(asked: IncidentFilter, *, number: int, now: datetime) -> Page[IncidentRow]:
    """One query a page."""
    rows = found_incidents(asked, now=now)
    return page_of(rows, number=number, to_row=lambda one: incident_row(one, now))


def incident_row(incident: Incident, now: datetime) -> IncidentRow:
    waiting = [one for one in targets(incident) if one.met_at is None]
    is_open = incident.state != IncidentState.CLOSED
    return IncidentRow(
        id=incident.pk,
        title=incident.title,
        playbook=incident.get_playbook_display(),
        state=incident.state,
        state_words=incident.get_state_display(),
        severity=incident.severity,
        severity_words=incident.get_severity_display(),
        detector=incident.get_detector_display() if incident.detector else "",
        owner=incident.owner.get_username() if incident.owner else "",
        opened_at=incident.opened_at,
        affected=getattr(incident, "affected_customers", 0),
        target=waiting[0] if waiting and is_open else None,
        is_late=is_open and any(one.is_missed(now) for one in waiting),
    )
