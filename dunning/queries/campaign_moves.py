"""Who would be affected if running cases followed another campaign. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dunning.calc.campaign import CampaignTerms
from dunning.calc.facts import CaseFacts, Step, Taken
from dunning.calc.ladder import message_key, moment_on_day, next_step
from dunning.enums import CaseState
from dunning.models import Campaign
from dunning.queries.campaigns import terms_of
from dunning.queries.case_facts import LoadedCase, load_cases


@dataclass(frozen=True, slots=True)
class MovePreview:
    """A case and its next step now and then. `becomes_too_little`: it would close."""

    case_id: UUID
    customer_name: str
    currency: str
    open_minor: int
    campaign_now: str
    next_now: Step | None
    next_then: Step | None
    becomes_too_little: bool


def preview_move(
    *, case_ids: Sequence[UUID], campaign: Campaign, at: datetime
) -> list[MovePreview]:
    """Of the cases named, those that run and follow another version; in the order of their keys."""
    terms = terms_of(campaign)
    return [
        preview_of(loaded, terms, at)
        for loaded in load_cases(case_ids=case_ids, at=at)
        if is_movable(loaded, campaign)
    ]


def is_movable(loaded: LoadedCase, campaign: Campaign) -> bool:
    runs = loaded.case.state in (CaseState.OPEN, CaseState.PAUSED)
    return runs and loaded.case.campaign_id != campaign.pk


def preview_of(loaded: LoadedCase, terms: CampaignTerms, at: datetime) -> MovePreview:
    case, facts = loaded.case, loaded.facts
    then = moved(facts, keys_behind(terms, facts, at), at)
    return MovePreview(
        case_id=case.pk,
        customer_name=case.customer.legal_name,
        currency=case.currency,
        open_minor=facts.open_minor,
        campaign_now=str(case.campaign),
        next_now=next_step(terms_of(case.campaign), facts, at),
        next_then=next_step(terms, then, at),
        becomes_too_little=facts.open_minor < terms.threshold_minor,
    )


def keys_behind(terms: CampaignTerms, facts: CaseFacts, at: datetime) -> tuple[str, ...]:
    """
    Messages whose moment has passed when a case moves are not caught up on, but for the last
    notice: without it nobody may be suspended. One that was sent is not sent again.
    """
    was_told = facts.last_notice_at is not None
    return tuple(
        message_key(step)
        for step in terms.messages
        if message_key(step) not in facts.taken_keys
        and (was_told if step.template == "last_notice" else moment_on_day(facts, step.day) <= at)
    )


def moved(facts: CaseFacts, behind: Sequence[str], at: datetime) -> CaseFacts:
    values = {name: getattr(facts, name) for name in CaseFacts.__slots__}
    values["taken"] = (*facts.taken, *(Taken(key, at) for key in behind))
    return CaseFacts(**values)
