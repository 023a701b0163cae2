"""Run the detectors: what they find for the first time opens an incident, or joins the open one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from desk.calc.findings import Found, Limits
from desk.calc.playbooks import BY_DETECTOR
from desk.enums import DetectorCode, IncidentState
from desk.models import Incident, IncidentFinding
from desk.operations.measure_drift import measure_drift
from desk.operations.open_incident import BATCH, add_affected, open_incident
from desk.queries.found_by import found_by, limits_in_force

NAMED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Detected:
    """What a detector came to: all it found, how many of it for the first time, and where they are."""

    detector: str
    found: int
    new: int
    incident_id: UUID | None


def detect_incidents(*, at: datetime, only: Collection[str] = ()) -> list[Detected]:
    """
    Each detector that is on, in its own transaction. Running again finds nothing new.

    Before it looks for drift, the drift report is measured anew.
    """
    limits = limits_in_force()
    if not only or DetectorCode.SEAT_DRIFT in only:
        measure_drift(at=at)
    return [
        detect(detector=code, limits=limits[code], at=at)
        for code in DetectorCode.values
        if code in limits and (not only or code in only)
    ]


@transaction.atomic
def detect(*, detector: str, limits: Limits, at: datetime) -> Detected:
    """One detector; a second run of it waits until the first is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"detect:{detector}"])
    found = found_by(detector, at=at, limits=limits)
    fresh = not_known(detector, found)
    if not fresh:
        return Detected(detector, len(found), 0, None)
    incident = open_one(detector, fresh, at)
    IncidentFinding.objects.bulk_create(
        [
            IncidentFinding(
                incident=incident,
                detector=detector,
                subject=one.subject,
                found=one.words,
                found_at=at,
            )
            for one in fresh
        ],
        batch_size=BATCH,
    )
    add_affected(incident=incident, found=fresh, at=at)
    return Detected(detector, len(found), len(fresh), incident.pk)


def not_known(detector: str, found: Sequence[Found]) -> list[Found]:
    """What this detector never found before, each subject once."""
    by_subject = {one.subject: one for one in reversed(found)}
    known = set(
        IncidentFinding.objects.filter(detector=detector, subject__in=list(by_subject)).values_list(
            "subject", flat=True
        )
    )
    return [one for subject, one in reversed(by_subject.items()) if subject not in known]


def open_one(detector: str, fresh: Sequence[Found], at: datetime) -> Incident:
    """The detector's incident that nobody contained yet; else a new one."""
    running = Incident.objects.filter(detector=detector, state=IncidentState.OPEN).first()
    if running is not None:
        return running
    playbook = BY_DETECTOR[detector]
    label = DetectorCode(detector).label
    return open_incident(
        playbook=playbook.code,
        title=f"{label}, {at:%d %B %Y}",
        customer_ids=(),
        found=summary(fresh),
        at=at,
        detector=detector,
    )


def summary(fresh: Sequence[Found]) -> str:
    """The first few in words, and how many more."""
    words = " ".join(one.words for one in fresh[:NAMED_AT_MOST])
    more = len(fresh) - NAMED_AT_MOST
    return f"{words} And {more} more." if more > 0 else words
