"""Past failures under another campaign: what would have changed, and what nobody can know."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from dunning.calc.campaign import LEVELS, AccessLevel, CampaignTerms
from dunning.calc.facts import CaseFacts, Method, Step, Taken, Try, is_counted_retry
from dunning.calc.ladder import next_step

PaidBy = Literal["charge", "customer", ""]
MOST_STEPS = 200
SAME_MOMENT = timedelta(hours=1)

UNKNOWN = (
    "Whether a charge at a moment at which none was tried would have gone through. A card that "
    "worked at some moment is taken to work at every later one, and a card that was declined to "
    "be declined until then.",
    "Whether a customer who paid by own action would have paid sooner or later after other "
    "messages. The day on which the customer paid is kept.",
    "Whether a customer who never paid would have paid under other terms. Nothing is assumed won.",
    "Whether a customer whose charge is no longer tried would have paid otherwise. It is counted "
    "as not recovered, which may be too dark.",
)


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case as it went. Amounts in minor units; `settled_at` is empty where nobody paid."""

    key: str
    customer_name: str
    currency: str
    facts: CaseFacts
    settled_at: datetime | None
    paid_by: PaidBy
    seen_until: datetime
    messages: int
    retries: int
    level: AccessLevel
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Course:
    """How a case goes: when it is paid (empty: not), and what is done until then."""

    paid_at: datetime | None
    messages: int
    retries: int
    level: AccessLevel
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """One case as it was and as it would have been."""

    past: PastCase
    was: Course
    would_be: Course

    @property
    def changes(self) -> bool:
        return self.was != self.would_be


def replay(terms: CampaignTerms, past: PastCase) -> Replay:
    """The same failures and the same customer, with the steps of another campaign."""
    was = Course(past.settled_at, past.messages, past.retries, past.level, past.has_ended)
    return Replay(past=past, was=was, would_be=course_under(terms, past))


def course_under(terms: CampaignTerms, past: PastCase) -> Course:
    """Climb the campaign's ladder until the case is paid, its campaign ends, or records stop."""
    facts = as_it_began(past)
    stop = past.seen_until
    if past.paid_by == "customer" and past.settled_at:
        stop = past.settled_at
    steps: list[Step] = []
    now = facts.first_failed_at
    while len(steps) < MOST_STEPS:
        step = next_step(terms, facts, now)
        if step is None or step.at > stop:
            break
        if step.at > now:
            now = step.at
            continue
        steps.append(step)
        if step.kind == "retry" and goes_through(past, now):
            return told(steps, paid_at=now)
        facts = after(facts, past, step, now)
    return told(steps, paid_at=past.settled_at if past.paid_by == "customer" else None)


def as_it_began(past: PastCase) -> CaseFacts:
    """Only the first try is kept: the others are what another campaign may change."""
    first = min(past.facts.tries, key=lambda one: one.at, default=None)
    method = past.facts.method
    return replace(
        past.facts,
        tries=(first,) if first else (),
        taken=(),
        is_retry_waiting=False,
        last_notice_at=None,
        method=replace(method, tried_at=(first.at,) if first else ()) if method else None,
    )


def goes_through(past: PastCase, at: datetime) -> bool:
    """A card that worked at some moment is taken to work later too; nothing else is known."""
    if past.paid_by != "charge" or past.settled_at is None:
        return False
    return at >= past.settled_at - SAME_MOMENT


def after(facts: CaseFacts, past: PastCase, step: Step, now: datetime) -> CaseFacts:
    taken = (*facts.taken, *(Taken(key, now) for key in (step.key, *step.passes_over)))
    facts = replace(facts, taken=taken)
    if step.value == "last_notice":
        facts = replace(facts, last_notice_at=now)
    if step.kind != "retry" or facts.method is None:
        return facts
    answered = now + timedelta(seconds=1)
    declined = Try(step.key, answered, "failed", code_at(past, now), facts.method.key)
    method = Method(
        facts.method.key,
        facts.method.network,
        facts.method.added_at,
        (*facts.method.tried_at, answered),
    )
    return replace(facts, tries=(*facts.tries, declined), method=method)


def code_at(past: PastCase, at: datetime) -> str:
    """The code of the last real decline by then."""
    before = [one for one in past.facts.tries if one.state != "succeeded" and one.at <= at]
    return max(before, key=lambda one: one.at).decline_code if before else ""


def told(steps: Sequence[Step], *, paid_at: datetime | None) -> Course:
    levels = [LEVELS.index(step.value) for step in steps if step.kind == "access"]  # type: ignore[arg-type]  # checked
    return Course(
        paid_at=paid_at,
        messages=sum(step.kind == "message" or bool(step.message) for step in steps),
        retries=sum(is_counted_retry(step.key) for step in steps),
        level=LEVELS[max(levels, default=0)],
        has_ended=any(step.kind == "end" for step in steps),
    )


@dataclass(frozen=True, slots=True)
class Total:
    """Both courses of all cases in one currency, in minor units, days in whole days."""

    currency: str
    cases: int
    changed: int
    open_minor: int
    recovered_was_minor: int
    recovered_would_be_minor: int
    days_was: int
    days_would_be: int
    messages_was: int
    messages_would_be: int
    retries_was: int
    retries_would_be: int
    suspended_was: int
    suspended_would_be: int


def totals(replays: Sequence[Replay]) -> tuple[Total, ...]:
    """By currency: money of several is never added up."""
    currencies = sorted({one.past.currency for one in replays})
    return tuple(
        total_of(currency, [one for one in replays if one.past.currency == currency])
        for currency in currencies
    )


def total_of(currency: str, replays: Sequence[Replay]) -> Total:
    was = [(one.past, one.was) for one in replays]
    would_be = [(one.past, one.would_be) for one in replays]
    return Total(
        currency=currency,
        cases=len(replays),
        changed=sum(one.changes for one in replays),
        open_minor=sum(one.past.facts.open_minor for one in replays),
        recovered_was_minor=recovered(was),
        recovered_would_be_minor=recovered(would_be),
        days_was=days_to_pay(was),
        days_would_be=days_to_pay(would_be),
        messages_was=sum(course.messages for _, course in was),
        messages_would_be=sum(course.messages for _, course in would_be),
        retries_was=sum(course.retries for _, course in was),
        retries_would_be=sum(course.retries for _, course in would_be),
        suspended_was=sum(course.level == "suspend" for _, course in was),
        suspended_would_be=sum(course.level == "suspend" for _, course in would_be),
    )


def recovered(courses: Sequence[tuple[PastCase, Course]]) -> int:
    return sum(past.facts.open_minor for past, course in courses if course.paid_at)


def days_to_pay(courses: Sequence[tuple[PastCase, Course]]) -> int:
    """The mean from the first failure to payment of those that were paid, rounded down; 0 if none."""
    days = [
        (course.paid_at - past.facts.first_failed_at).days
        for past, course in courses
        if course.paid_at
    ]
    return sum(days) // len(days) if days else 0
