"""Let running cases follow another campaign, because somebody asks for it after a preview."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.operations.record_payment import lock_accounts
from dunning.calc.campaign import LEVELS
from dunning.calc.ladder import reached_level
from dunning.enums import StepKind, StepState
from dunning.models import Campaign, CaseCampaign, DunningCase, DunningStep
from dunning.operations.lock_case import words_of
from dunning.operations.recommend_access import recommend_access
from dunning.queries.campaign_moves import is_movable, keys_behind
from dunning.queries.campaigns import terms_of
from dunning.queries.case_facts import LoadedCase, load_cases

BEHIND = "Its day had passed when the case moved to this campaign."


@transaction.atomic
def move_cases_to_campaign(
    *,
    case_ids: Sequence[UUID],
    campaign_id: UUID,
    reason: str,
    at: datetime,
    by: User | None = None,
) -> int:
    """
    How many moved. Closed and handed-over cases stay; deadlines still count from the first failure.
    Advice the new campaign does not know is withdrawn.

    :raises ReasonMissing: without a reason
    """
    words = words_of(reason)
    campaign = Campaign.objects.get(pk=campaign_id)
    locked = DunningCase.objects.select_for_update(of=("self",), no_key=True)
    cases = locked.filter(pk__in=case_ids)
    customers = {one.customer_id for one in cases.order_by("pk")}
    lock_accounts(customers)
    moving = [
        loaded for loaded in load_cases(case_ids=case_ids, at=at) if is_movable(loaded, campaign)
    ]
    for loaded in moving:
        move(loaded, campaign, words, at, by)
    return len(moving)


def move(
    loaded: LoadedCase, campaign: Campaign, reason: str, at: datetime, by: User | None
) -> None:
    case = loaded.case
    CaseCampaign.objects.create(
        case=case, left=case.campaign, joined=campaign, reason=reason, moved_at=at, moved_by=by
    )
    DunningStep.objects.bulk_create(
        [
            DunningStep(
                case=case, key=key, kind=StepKind.MESSAGE, state=StepState.PASSED_OVER, why=BEHIND,
                planned_at=at, done_at=at,
            )
            for key in keys_behind(terms_of(campaign), loaded.facts, at)
        ]
    )  # fmt: skip
    case.campaign, case.look_at = campaign, at
    case.access_level = LEVELS[reached_level(terms_of(campaign), loaded.facts)]
    case.save(update_fields=["campaign", "look_at", "access_level"])
    recommend_access(customer_id=case.customer_id, at=at)
