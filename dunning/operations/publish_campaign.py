"""Publish a campaign, or a new version of one. Cases that run keep the version they follow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from dunning.calc.campaign import AccessStep, CampaignTerms, MessageStep, check_terms
from dunning.calc.refusals import CampaignInvalid
from dunning.enums import Segment
from dunning.models import Campaign
from dunning.operations.lock_case import words_of


@transaction.atomic
def publish_campaign(
    *,
    code: str,
    name: str,
    terms: CampaignTerms,
    reason: str,
    at: datetime,
    segment: Segment = Segment.ALL,
    country: str = "",
    billing_entity_id: UUID | None = None,
    currency: str = "",
    priority: int = 100,
    is_active: bool = True,
    by: User | None = None,
) -> Campaign:
    """
    The next version, current from now on for new cases. Moving running cases is asked for separately.

    :raises CampaignInvalid: if its terms contradict each other, or its segment lacks its value
    :raises ReasonMissing: without a reason
    """
    words = words_of(reason)
    check_terms(terms)
    check_segment(segment, country, billing_entity_id)
    versions = Campaign.objects.select_for_update().filter(code=code).order_by("version")
    last = max((one.version for one in versions), default=0)
    versions.filter(is_current=True).update(is_current=False)
    return Campaign.objects.create(
        code=code, version=last + 1, name=name, segment=segment, country=country,
        billing_entity_id=billing_entity_id, currency=currency, priority=priority,
        is_active=is_active, threshold_minor=terms.threshold_minor, retries=terms.retries,
        retry_days=terms.retry_days, grace_days=terms.grace_days,
        messages=[message_row(one) for one in terms.messages],
        access=[access_row(one) for one in terms.access], end_day=terms.end_day,
        ending=terms.ending, reason=words, published_at=at, published_by=by,
    )  # fmt: skip


def check_segment(segment: Segment, country: str, billing_entity_id: UUID | None) -> None:
    wanted = {
        Segment.ALL: not country and billing_entity_id is None,
        Segment.COUNTRY: len(country) == 2 and country.isupper() and billing_entity_id is None,
        Segment.BILLING_ENTITY: billing_entity_id is not None and not country,
    }
    if not wanted[segment]:
        raise CampaignInvalid(
            "A campaign for a country names its two capitals, one for a billing entity names it, "
            "and one for every customer names neither."
        )


def message_row(step: MessageStep) -> dict[str, Any]:
    return {"day": step.day, "template": step.template}


def access_row(step: AccessStep) -> dict[str, Any]:
    return {"day": step.day, "level": step.level, "message": step.message}
