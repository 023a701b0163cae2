"""Campaigns as terms the ladder reads, and which of them a case follows."""

from collections.abc import Sequence
from uuid import UUID

from dunning.calc.campaign import AccessStep, CampaignTerms, MessageStep
from dunning.enums import Segment
from dunning.models import Campaign


def terms_of(campaign: Campaign) -> CampaignTerms:
    """The version's terms, as they were checked when it was published."""
    return CampaignTerms(
        threshold_minor=campaign.threshold_minor,
        messages=tuple(MessageStep(one["day"], one["template"]) for one in campaign.messages),
        access=tuple(
            AccessStep(one["day"], one["level"], one.get("message")) for one in campaign.access
        ),
        end_day=campaign.end_day,
        ending=campaign.ending,  # type: ignore[arg-type]  # checked when published
        retries=campaign.retries,
        retry_days=campaign.retry_days,
        grace_days=campaign.grace_days,
    )


def campaigns_in_force() -> list[Campaign]:
    """Current versions new cases may follow, in order of priority."""
    return list(
        Campaign.objects.filter(is_current=True, is_active=True).order_by("priority", "code")
    )


def campaign_for(
    campaigns: Sequence[Campaign], *, country: str, currency: str, billing_entity_id: UUID
) -> Campaign | None:
    """The first that fits, by the order given; None if none does."""
    return next((one for one in campaigns if fits(one, country, currency, billing_entity_id)), None)


def fits(campaign: Campaign, country: str, currency: str, billing_entity_id: UUID) -> bool:
    if campaign.currency not in ("", currency):
        return False
    if campaign.segment == Segment.COUNTRY:
        return campaign.country == country
    if campaign.segment == Segment.BILLING_ENTITY:
        return campaign.billing_entity_id == billing_entity_id
    return True
