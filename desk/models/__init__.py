"""Tables of the desk, grouped by what they keep."""

from desk.models.detectors import DetectorRule
from desk.models.drift import SeatDrift
from desk.models.incident_mail import IncidentMessage
from desk.models.incidents import (
    Incident,
    IncidentAffected,
    IncidentFinding,
    IncidentNote,
    IncidentStep,
)
from desk.models.release import ReleaseCheckResult, ReleaseCheckRun, ReleaseScenario

__all__ = [
    "DetectorRule",
    "Incident",
    "IncidentAffected",
    "IncidentFinding",
    "IncidentMessage",
    "IncidentNote",
    "IncidentStep",
    "ReleaseCheckResult",
    "ReleaseCheckRun",
    "ReleaseScenario",
    "SeatDrift",
]
