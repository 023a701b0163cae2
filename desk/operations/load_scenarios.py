"""The scenarios that come with the product, into its tables. What people changed stays as they left it."""

import hashlib
from datetime import datetime
from pathlib import Path

from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from billing.records.scenario_text import parse_scenario
from desk.enums import ScenarioArea
from desk.models import ReleaseScenario

SHIPPED = Path(__file__).resolve().parent.parent / "scenarios"


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def shipped_files() -> dict[str, tuple[ScenarioArea, Path]]:
    """By key: a folder an area, a file a scenario, named like its id."""
    return {
        path.stem: (area, path)
        for area in ScenarioArea
        for path in sorted((SHIPPED / area.value).glob("*.yaml"))
    }


def load_scenarios(*, at: datetime) -> int:
    """
    Add the shipped scenarios that are new and renew those nobody edited. Returns how many.

    A scenario somebody switched off stays off; one edited here is never touched again.
    """
    files = {key: (area, path.read_text()) for key, (area, path) in shipped_files().items()}
    known = {one.key: one for one in ReleaseScenario.objects.filter(key__in=files)}
    new = [
        shipped(ReleaseScenario(key=key, created_at=at), area=area, text=text, at=at)
        for key, (area, text) in files.items()
        if key not in known
    ]
    renewed = [
        shipped(one, area=files[key][0], text=files[key][1], at=at)
        for key, one in known.items()
        if is_untouched(one) and one.shipped_digest != text_digest(files[key][1])
    ]
    reason = "Came with the product"
    if new:
        bulk_create_with_history(new, ReleaseScenario, default_change_reason=reason)
    if renewed:
        changed = ["area", "text", "name", "shipped_digest", "changed_at"]
        bulk_update_with_history(renewed, ReleaseScenario, changed, default_change_reason=reason)
    return len(new) + len(renewed)


def is_untouched(scenario: ReleaseScenario) -> bool:
    return scenario.shipped_digest == text_digest(scenario.text)


def shipped(scenario: ReleaseScenario, *, area: str, text: str, at: datetime) -> ReleaseScenario:
    scenario.area, scenario.text, scenario.changed_at = area, text, at
    scenario.name = parse_scenario(text).about[:200]
    scenario.shipped_digest = text_digest(text)
    return scenario
