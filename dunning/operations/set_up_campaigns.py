"""The campaigns a new installation starts with; those that exist are left alone."""

from datetime import datetime

from dunning.calc.campaign import AccessStep, CampaignTerms, MessageStep
from dunning.models import Campaign
from dunning.operations.publish_campaign import publish_campaign

STANDARD = CampaignTerms(
    threshold_minor=500,
    messages=(
        MessageStep(0, "first_notice"),
        MessageStep(5, "reminder"),
        MessageStep(11, "reminder"),
        MessageStep(17, "last_notice"),
    ),
    access=(
        AccessStep(3, "banner"),
        AccessStep(16, "restrict_additions", "access_restricted"),
        AccessStep(24, "suspend", "access_suspended"),
    ),
    end_day=45,
    ending="write_off_request",
)
GENTLE = CampaignTerms(
    threshold_minor=1000,
    messages=(
        MessageStep(0, "first_notice"),
        MessageStep(7, "reminder"),
        MessageStep(20, "last_notice"),
    ),
    access=(AccessStep(7, "banner"),),
    end_day=60,
    ending="hand_over",
    retries=4,
)
DEFAULTS = (
    ("standard", "Standard", STANDARD, 100, True),
    ("gentle", "Gentle: never suspends, ends with a person", GENTLE, 200, False),
)


def set_up_campaigns(*, at: datetime) -> list[Campaign]:
    """What was created now. “Gentle” stands ready to be chosen and opens no case by itself."""
    known = set(Campaign.objects.values_list("code", flat=True))
    return [
        publish_campaign(
            code=code,
            name=name,
            terms=terms,
            priority=priority,
            is_active=is_active,
            reason="What a new installation starts with",
            at=at,
        )
        for code, name, terms, priority, is_active in DEFAULTS
        if code not in known
    ]
