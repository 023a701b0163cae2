"""Write or change a release scenario. Only what can be played is kept; each version has its history."""

import re
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from billing.calc.scenario.fields import ScenarioUnusable
from billing.calc.scenario.story import Expectations
from billing.models import Plan
from desk.models import ReleaseScenario
from desk.queries.release_story import release_story
from kernel.refusal import Refusal

KEY = re.compile(r"[a-z0-9-]{1,80}")


class ScenarioRejected(Refusal):
    code = "release_scenario_unusable"


class ScenarioKeyTaken(Refusal):
    code = "release_scenario_key_taken"


@transaction.atomic
def save_scenario(
    *,
    scenario: ReleaseScenario | None,
    text: str,
    area: str,
    plan: Plan | None,
    is_active: bool,
    at: datetime,
    by: User | None = None,
    why: str = "",
) -> ReleaseScenario:
    """
    Its key is the `id` of the text and its name the `about`; both are read from there.

    :raises ScenarioRejected: with the reader's sentence, or if it expects nothing
    :raises ScenarioKeyTaken: if another scenario has this id
    """
    key, name = named(text, plan=plan)
    others = ReleaseScenario.objects.filter(key=key)
    if scenario is not None:
        others = others.exclude(pk=scenario.pk)
    if others.exists():
        raise ScenarioKeyTaken(f"There is a scenario {key} already. Give this one another id.")
    kept = scenario or ReleaseScenario(created_at=at)
    kept.key, kept.name, kept.text = key, name, text
    kept.area, kept.plan, kept.is_active, kept.changed_at = area, plan, is_active, at
    # simple_history reads these two from the instance
    kept._history_user = by  # type: ignore[attr-defined]
    kept._change_reason = why[:100] or None  # type: ignore[attr-defined]
    kept.save()
    return kept


def named(text: str, *, plan: Plan | None) -> tuple[str, str]:
    """Key and name of a scenario that can be played and expects something."""
    try:
        story = release_story(text=text, plan=plan)
    except ScenarioUnusable as unusable:
        raise ScenarioRejected(str(unusable)) from unusable
    if not KEY.fullmatch(story.id):
        raise ScenarioRejected("id: takes small letters, digits and hyphens, 80 at most.")
    if story.expect == Expectations():
        raise ScenarioRejected("expect: is missing. A check needs to know what must come out.")
    if not story.about:
        raise ScenarioRejected("about: is missing. Say the rule in one line.")
    return story.id, story.about[:200]
