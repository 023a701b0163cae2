"""A case that moved to another campaign: what was advised and told before counts there too."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dunning.calc.campaign import LEVELS, AccessStep, MessageStep
from dunning.calc.facts import Taken
from dunning.calc.ladder import ladder, reached_level
from dunning.queries.campaign_moves import keys_behind
from tests.dunning.calc.stories import MONDAY, TERMS, facts

OTHER = replace(
    TERMS,
    messages=(MessageStep(0, "first_notice"), MessageStep(18, "last_notice")),
    access=(AccessStep(5, "banner"), AccessStep(17, "restrict_additions"), AccessStep(28, "suspend")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("advised", "still"),
    [
        ("access:3:banner", ["restrict_additions", "suspend"]),
        ("access:15:restrict_additions", ["suspend"]),
        ("access:22:suspend", []),
    ],
)
def test_what_another_campaign_advised_is_not_advised_again_nor_less(advised, still):
    now = MONDAY + timedelta(days=23)
    case = facts(
        taken=(Taken("message:16:last_notice", now), Taken(advised, now)), last_notice_at=now
    )

    assert [step.value for step in ladder(OTHER, case, now) if step.kind == "access"] == still


def test_advice_the_new_campaign_does_not_know_does_not_count():
    now = MONDAY + timedelta(days=23)
    case = facts(taken=(Taken("access:3:banner", now), Taken("access:22:suspend", now)))
    banner_only = replace(OTHER, access=(AccessStep(5, "banner"),))

    assert LEVELS[reached_level(banner_only, case)] == "banner"
    assert LEVELS[reached_level(replace(OTHER, access=()), case)] == "none"


def test_a_last_notice_that_was_sent_is_not_sent_again_after_a_move():
    now = MONDAY + timedelta(days=17)
    told = facts(taken=(Taken("message:16:last_notice", now),), last_notice_at=now)
    untold = facts()

    assert "message:18:last_notice" in keys_behind(OTHER, told, now)
    assert "message:18:last_notice" not in keys_behind(OTHER, untold, MONDAY + timedelta(days=30))
