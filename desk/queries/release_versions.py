"""Earlier texts of a release scenario: when, by whom and why each was written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from desk.models import ReleaseScenario

VERSIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Version:
    id: int
    at: datetime
    by: str
    why: str
    is_active: bool


def scenario_versions(scenario_id: UUID) -> tuple[Version, ...]:
    """The newest first. One query."""
    rows = ReleaseScenario.history.filter(id=scenario_id).select_related("history_user")
    return tuple(
        Version(
            id=one.history_id,
            at=one.history_date,
            by=one.history_user.get_username() if one.history_user else "",
            why=one.history_change_reason or "",
            is_active=one.is_active,
        )
        for one in rows.order_by("-history_date", "-history_id")[:VERSIONS_SHOWN]
    )


def scenario_version(scenario_id: UUID, version: str) -> str | None:
    """The text of one version; None if there is no such version of it."""
    if not version.isdecimal():
        return None
    rows = ReleaseScenario.history.filter(id=scenario_id, history_id=int(version))
    return next(iter(rows.values_list("text", flat=True)), None)
