"""Campaigns as published: the versions in force, who follows them, and who would move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from desk.queries.recovery_ladder import Ladder, drawn
from desk.queries.recovery_words import ENDINGS, step_words
from dunning.calc.facts import Step
from dunning.enums import CaseState
from dunning.models import Campaign, DunningCase
from dunning.queries.campaign_moves import MovePreview, preview_move
from dunning.queries.campaigns import terms_of

MOST_MOVED = 200


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A version; the threshold in minor units of whatever currency a case has."""

    id: UUID
    code: str
    version: int
    name: str
    is_current: bool
    is_active: bool
    priority: int
    who: str
    threshold_minor: int
    retries: int
    retry_days: int
    grace_days: int
    end_day: int
    ending: str
    reason: str
    published_at: datetime
    published_by: str
    running: int
    closed: int


@dataclass(frozen=True, slots=True)
class CampaignPage:
    row: CampaignRow
    ladder: Ladder
    versions: tuple[CampaignRow, ...]
    movable: int


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A case that would move, with its next step now and then; open in minor units."""

    case_id: UUID
    customer_name: str
    currency: str
    open_minor: int
    campaign_now: str
    now_words: str
    now_at: datetime | None
    then_words: str
    then_at: datetime | None
    closes: bool

    @property
    def changes(self) -> bool:
        return (self.now_words, self.now_at) != (self.then_words, self.then_at) or self.closes


def counted() -> QuerySet[Campaign]:
    is_closed = Q(cases__state=CaseState.CLOSED)
    return Campaign.objects.select_related("billing_entity", "published_by").annotate(
        running=Count("cases", filter=~is_closed & Q(cases__isnull=False)),
        closed=Count("cases", filter=is_closed),
    )


def current_campaigns() -> tuple[CampaignRow, ...]:
    """The newest version of each, in the order in which a new case looks for one. One query."""
    rows = counted().filter(is_current=True).order_by("-is_active", "priority", "code")
    return tuple(campaign_row(one) for one in rows)


def campaign_row(one: Campaign) -> CampaignRow:
    return CampaignRow(
        id=one.pk,
        code=one.code,
        version=one.version,
        name=one.name,
        is_current=one.is_current,
        is_active=one.is_active,
        priority=one.priority,
        who=who_words(one),
        threshold_minor=one.threshold_minor,
        retries=one.retries,
        retry_days=one.retry_days,
        grace_days=one.grace_days,
        end_day=one.end_day,
        ending=ENDINGS.get(one.ending, one.ending),
        reason=one.reason,
        published_at=one.published_at,
        published_by=one.published_by.get_username() if one.published_by else "",
        running=getattr(one, "running", 0),
        closed=getattr(one, "closed", 0),
    )


def who_words(one: Campaign) -> str:
    """ "Customers in DE, EUR"."""
    who = "Every customer"
    if one.country:
        who = f"Customers in {one.country}"
    elif one.billing_entity:
        who = f"Customers of {one.billing_entity.code}"
    return f"{who}, {one.currency}" if one.currency else who


def campaign_page(campaign_id: UUID) -> CampaignPage | None:
    """Three queries."""
    found = Campaign.objects.filter(pk=campaign_id).first()
    if found is None:
        return None
    versions = [campaign_row(one) for one in counted().filter(code=found.code).order_by("-version")]
    return CampaignPage(
        row=next(row for row in versions if row.id == found.pk),
        ladder=drawn(terms_of(found)),
        versions=tuple(versions),
        movable=cases_to_move(found, source=found.code).count(),
    )


def cases_to_move(campaign: Campaign, *, source: str) -> QuerySet[DunningCase]:
    """Running cases that follow another version, of the campaign with the code `source`."""
    return (
        DunningCase.objects.filter(
            state__in=[CaseState.OPEN, CaseState.PAUSED], campaign__code=source
        )
        .exclude(campaign=campaign)
        .order_by("first_failed_at", "pk")
    )


def move_rows(campaign: Campaign, *, source: str, at: datetime) -> tuple[MoveRow, ...]:
    """The first 200 by age, with what moving would change for each. Nothing is written."""
    ids: Sequence[UUID] = list(
        cases_to_move(campaign, source=source).values_list("pk", flat=True)[:MOST_MOVED]
    )
    return tuple(move_row(one) for one in preview_move(case_ids=ids, campaign=campaign, at=at))


def move_row(one: MovePreview) -> MoveRow:
    return MoveRow(
        case_id=one.case_id,
        customer_name=one.customer_name,
        currency=one.currency,
        open_minor=one.open_minor,
        campaign_now=one.campaign_now,
        now_words=words_of(one.next_now),
        now_at=one.next_now.at if one.next_now else None,
        then_words=words_of(one.next_then),
        then_at=one.next_then.at if one.next_then else None,
        closes=one.becomes_too_little,
    )


def words_of(step: Step | None) -> str:
    return step_words(step.key) if step else ""
