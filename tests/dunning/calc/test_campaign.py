"""A campaign that contradicts itself or is unfair is refused with what to change."""

from dataclasses import replace

import pytest

from dunning.calc.campaign import AccessStep, MessageStep, check_terms
from dunning.calc.refusals import CampaignInvalid
from tests.dunning.calc.stories import TERMS


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"threshold_minor": -1}, "threshold"),
        ({"retries": 11}, "card networks"),
        ({"retry_days": 0}, "window"),
        ({"retry_days": 31}, "window"),
        ({"grace_days": -1}, "grace"),
        ({"end_day": 366}, "365"),
        ({"end_day": 22}, "after every"),
        ({"ending": "forget"}, "one of"),
        ({"messages": (MessageStep(0, "shout"),)}, "no such message"),
        ({"messages": (MessageStep(-1, "reminder"),)}, "before the failure"),
        ({"messages": (MessageStep(3, "reminder"), MessageStep(4, "reminder"))}, "2 days apart"),
        ({"access": (AccessStep(5, "explode"),)}, "no such access"),
        ({"access": (AccessStep(5, "none"),)}, "further"),
        (
            {"access": (AccessStep(9, "banner"), AccessStep(5, "restrict_additions"))},
            "different days",
        ),
        ({"access": (AccessStep(5, "restrict_additions"), AccessStep(9, "banner"))}, "further"),
        ({"access": (AccessStep(20, "suspend"),)}, "until day 21"),
        ({"messages": (MessageStep(0, "first_notice"),)}, "last notice"),
        ({"messages": (MessageStep(20, "last_notice"),)}, "at least 3 days"),
        ({"messages": (), "access": (), "end_day": 15}, "grace days are over"),
    ],
)
def test_what_cannot_be_carried_out_fairly_is_refused(changes, words):
    with pytest.raises(CampaignInvalid, match=words):
        check_terms(replace(TERMS, **changes))


def test_a_fair_campaign_passes():
    assert check_terms(TERMS) == TERMS
