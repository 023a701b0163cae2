"""Tables of the desk, grouped by what they keep."""

from desk.models.release import ReleaseCheckResult, ReleaseCheckRun, ReleaseScenario

__all__ = ["ReleaseCheckResult", "ReleaseCheckRun", "ReleaseScenario"]
