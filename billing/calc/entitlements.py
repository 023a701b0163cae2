"""May this person use it? From facts of seats, limits, usage and advice to an answer with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from billing.calc.entitlement_words import Step, steps_for, words_for
from billing.calc.interval import Interval, IntervalUnitName
from billing.calc.local_time import instant_of, midnight
from billing.calc.periods import cycle_from

USABLE = frozenset({"active", "accepted", "assigned"})
BY_STATE: Mapping[str, str] = {
    "invited": "invited_not_accepted",
    "suspended": "suspended",
    "inactive": "inactive",
    "removed": "removed",
}
# Of several subscriptions that say no, the one nearest to a yes gives the reason of the whole.
NEAREST = (
    "", "over_quota", "payment_restricted", "inactive", "invited_not_accepted", "suspended",
    "subscription_not_started", "feature_not_included", "subscription_ended", "removed", "no_seat",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class QuotaFact:
    """A group's share of the subscription's limit, and what the group and all below it used."""

    group: str
    quantity: int
    used: int


@dataclass(frozen=True, slots=True)
class FeatureFact:
    """
    A feature of a seat type, in its unit a billing cycle; `limit` None: none.

    `anchor` is the word of the seat policy that says when cycles begin.
    """

    code: str
    name: str
    kind: Literal["switch", "metered"]
    unit: str = ""
    limit: int | None = None
    limit_of: str = "person"
    used_by_person: int = 0
    used_by_all: int = 0
    anchor: str = "subscription"
    quotas: tuple[QuotaFact, ...] = ()


@dataclass(frozen=True, slots=True)
class CycleFact:
    """What the billing cycles of a subscription follow from; dates are local to the zone."""

    starts_on: date
    zone: str
    unit: IntervalUnitName
    count: int
    anchor_day: int


@dataclass(frozen=True, slots=True)
class SeatFact:
    """A span of a person's seat that holds now, or from `since` on, and what it entitles to."""

    subscription: str
    plan: str
    seat_type: str
    state: str
    since: datetime
    cycle: CycleFact
    ends_on: date | None = None
    is_ended: bool = False
    group: str = ""
    event_id: str = ""
    event_kind: str = ""
    source: str = ""
    source_event_id: str = ""
    features: tuple[FeatureFact, ...] = ()


@dataclass(frozen=True, slots=True)
class AdviceFact:
    level: str
    reason_code: str
    words: str
    since: datetime


@dataclass(frozen=True, slots=True)
class EntitlementFacts:
    """All an answer is made of. `customer_id` and `grantee_is_known` say who was found."""

    customer: str
    grantee: str
    customer_id: str = ""
    grantee_is_known: bool = False
    advice: AdviceFact | None = None
    seats: tuple[SeatFact, ...] = ()


@dataclass(frozen=True, slots=True)
class FeatureAnswer:
    """
    `limit`, `used` and `remaining` are those that bind; None: not metered, or no limit.

    `limit_of`: person, subscription, or group (then `group` is whose quota binds).
    """

    feature: str
    name: str
    kind: str
    allowed: bool
    reason: str = ""
    unit: str = ""
    limit_of: str = ""
    group: str = ""
    limit: int | None = None
    used: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeatAnswer:
    """What one subscription answers: `entitled` by the seat alone, `allowed` with all advice heeded."""

    seat: SeatFact
    entitled: bool
    allowed: bool
    reason: str
    sentence: str
    what_can_be_done: tuple[Step, ...]
    features: tuple[FeatureAnswer, ...]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The whole answer; `reason` and `what_can_be_done` are empty when it is yes."""

    facts: EntitlementFacts
    feature: str
    entitled: bool
    allowed: bool
    reason: str
    sentence: str
    what_can_be_done: tuple[Step, ...] = ()
    subscriptions: tuple[SeatAnswer, ...] = field(default=())


def decide(facts: EntitlementFacts, *, feature: str = "", at: datetime) -> Entitlement:
    """The answer at an instant; `feature` narrows it to one."""
    if not facts.customer_id:
        return refuse(facts, feature, "customer_unknown")
    if not facts.grantee_is_known:
        return refuse(facts, feature, "grantee_unknown")
    answers = [seat_answer(facts, seat, feature, at) for seat in standing(facts.seats, at)]
    if not answers:
        return refuse(facts, feature, "no_seat")
    best = min(answers, key=lambda one: NEAREST.index(one.reason))
    return Entitlement(
        facts=facts,
        feature=feature,
        entitled=any(one.entitled for one in answers),
        allowed=best.allowed,
        reason=best.reason,
        sentence=best.sentence,
        what_can_be_done=best.what_can_be_done,
        subscriptions=tuple(answers),
    )


def refuse(facts: EntitlementFacts, feature: str, reason: str) -> Entitlement:
    return Entitlement(
        facts, feature, entitled=False, allowed=False, reason=reason,
        sentence=words_for(reason), what_can_be_done=steps_for(reason, facts.customer_id),
    )  # fmt: skip


def standing(seats: Sequence[SeatFact], at: datetime) -> list[SeatFact]:
    """Of each subscription the seats held now; else the one to come; else the one removed last."""
    by_subscription: dict[str, list[SeatFact]] = {}
    for seat in seats:
        by_subscription.setdefault(seat.subscription, []).append(seat)
    chosen = []
    for found in by_subscription.values():
        now = [one for one in found if one.since <= at and one.state != "removed"]
        coming = [one for one in found if one.since > at and one.state != "removed"]
        chosen += now or coming[:1] or [max(found, key=lambda one: one.since)]
    return chosen


def seat_answer(facts: EntitlementFacts, seat: SeatFact, feature: str, at: datetime) -> SeatAnswer:
    by_seat = reason_of_seat(seat, at)
    is_restricted = facts.advice is not None and facts.advice.level == "suspend"
    reason = by_seat or ("payment_restricted" if is_restricted else "")
    features = tuple(feature_answer(seat, one, reason, at) for one in seat.features)
    resets_at = limit_of = None
    if feature and not reason:
        asked = next((one for one in features if one.feature == feature), None)
        reason = asked.reason if asked else "feature_not_included"
        if asked:
            resets_at, limit_of = asked.resets_at, asked.limit_of
    return SeatAnswer(
        seat=seat,
        entitled=not by_seat and reason != "feature_not_included",
        allowed=not reason,
        reason=reason,
        sentence=words_for(reason, seat_type=seat.seat_type, plan=seat.plan, since=seat.since),
        what_can_be_done=steps_for(
            reason, facts.customer_id, limit_of=limit_of or "", resets_at=resets_at
        ),
        features=features,
    )


def reason_of_seat(seat: SeatFact, at: datetime) -> str:
    """Why the seat alone does not entitle; empty when it does."""
    today = at.astimezone(zone_of(seat.cycle.zone)).date()
    if seat.is_ended or (seat.ends_on is not None and seat.ends_on <= today):
        return "subscription_ended"
    if seat.cycle.starts_on > today:
        return "subscription_not_started"
    if seat.since > at:
        return "no_seat"
    return "" if seat.state in USABLE else BY_STATE[seat.state]


def feature_answer(seat: SeatFact, one: FeatureFact, reason: str, at: datetime) -> FeatureAnswer:
    if one.kind == "switch":
        return switch_answer(one.code, one.name, reason)
    limit_of, group, limit, used = binding_limit(one)
    remaining = None if limit is None else max(0, limit - used)
    if not reason and remaining == 0:
        reason = "over_quota"
    return FeatureAnswer(
        one.code, one.name, one.kind, allowed=not reason, reason=reason, unit=one.unit,
        limit_of=limit_of, group=group, limit=limit, used=used, remaining=remaining,
        resets_at=usage_cycle(seat.cycle, anchor=one.anchor, at=at)[1],
    )  # fmt: skip


@lru_cache(maxsize=4_096)
def switch_answer(code: str, name: str, reason: str) -> FeatureAnswer:
    """Pure, and the same for everybody who has the feature."""
    return FeatureAnswer(code, name, "switch", allowed=not reason, reason=reason)


def binding_limit(one: FeatureFact) -> tuple[str, str, int | None, int]:
    """Whose limit leaves the least, the group of a quota, the limit and what was used of it."""
    limits: list[tuple[str, str, int | None, int]] = [
        ("group", quota.group, quota.quantity, max(0, quota.used)) for quota in one.quotas
    ]
    used = one.used_by_person if one.limit_of == "person" else one.used_by_all
    own = (one.limit_of, "", one.limit, max(0, used))
    if one.limit is not None:
        limits.append(own)
    return min(limits, key=lambda found: (found[2] or 0) - found[3], default=own)


def usage_cycle(cycle: CycleFact, *, anchor: str, at: datetime) -> tuple[datetime, datetime]:
    """The billing cycle an instant lies in, before any reset: when it begins and when the next does."""
    day = at.astimezone(zone_of(cycle.zone)).date()
    return cycle_of_day(cycle, anchor, max(day, cycle.starts_on))


@lru_cache(maxsize=4_096)
def cycle_of_day(cycle: CycleFact, anchor: str, day: date) -> tuple[datetime, datetime]:
    """Pure and asked again and again: all subscriptions of a kind share their cycles."""
    periods = cycle_from(
        cycle.starts_on,
        Interval(cycle.unit, cycle.count),
        anchor=anchor,
        anchor_day=cycle.anchor_day,
    )
    number = periods.number_before(day.toordinal())
    while periods.bounds(number)[1] <= day:
        number += 1
    first, after, *_ = periods.bounds(number)
    begins, ends = (midnight(one.toordinal(), cycle.zone) for one in (first, after))
    return instant_of(begins), instant_of(ends)


@lru_cache(maxsize=1_024)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def utc(text: str) -> datetime:
    """An instant as PostgreSQL writes it into JSON."""
    return datetime.fromisoformat(text).astimezone(UTC)
