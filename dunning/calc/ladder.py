"""The ladder: from the facts of a case to its next steps. Deadlines count from the first failure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dunning.calc.campaign import (
    LEVELS,
    MESSAGE_GAP_DAYS,
    NOTICE_DAYS,
    ON_DEMAND_TEMPLATE,
    AccessStep,
    CampaignTerms,
    MessageStep,
)
from dunning.calc.facts import CaseFacts, Step
from dunning.calc.moments import into_business_hours, morning_after_days
from dunning.calc.retries import next_retry

ORDER = ("retry", "message", "access", "end")


def ladder(terms: CampaignTerms, facts: CaseFacts, now: datetime) -> tuple[Step, ...]:
    """
    Every step still to come as things stand at `now`, earliest first; only the first is certain.

    A step whose moment passed in a pause comes when the pause ends; of several messages that
    became due meanwhile one is written and stands for the rest.
    """
    if facts.open_minor < terms.threshold_minor or facts.open_minor <= 0:
        return ()
    steps = [
        *retries(terms, facts, now),
        *confirmations(terms, facts),
        *messages(terms, facts, now),
        *access(terms, facts, now),
        *end(terms, facts),
    ]
    free = [outside_holds(step, facts, now) for step in steps]
    return tuple(sorted(free, key=lambda step: (step.at, ORDER.index(step.kind))))


def outside_holds(step: Step, facts: CaseFacts, now: datetime) -> Step:
    """Nothing is done inside a pause, not even what was due before it and came to nothing."""
    moment = max(step.at, now)
    if facts.free_at(moment) == moment:
        return step
    return replace(step, at=after_holds(facts, moment))


def next_step(terms: CampaignTerms, facts: CaseFacts, now: datetime) -> Step | None:
    """The earliest step still to come; None when only the customer or a person can go on."""
    return next(iter(ladder(terms, facts, now)), None)


def retries(terms: CampaignTerms, facts: CaseFacts, now: datetime) -> Iterator[Step]:
    step = next_retry(terms, facts, now)
    if step:
        yield step


def confirmations(terms: CampaignTerms, facts: CaseFacts) -> Iterator[Step]:
    """A charge that needs the person is written about once, at once, and stands for the first notice."""
    last = facts.last_try
    if last is None or last.state == "succeeded" or last.sense != "customer":
        return
    key = f"message:{ON_DEMAND_TEMPLATE}:{last.key}"
    if key not in facts.taken_keys:
        yield Step(
            key=key,
            kind="message",
            at=facts.free_at(last.at),
            value=ON_DEMAND_TEMPLATE,
            passes_over=tuple(
                message_key(step)
                for step in terms.messages
                if step.day == 0 and message_key(step) not in facts.taken_keys
            ),
            why="The customer's bank wants the customer to confirm the payment.",
        )


def messages(terms: CampaignTerms, facts: CaseFacts, now: datetime) -> Iterator[Step]:
    waiting = [
        (message_moment(facts, step), step)
        for step in terms.messages
        if message_key(step) not in facts.taken_keys
    ]
    chosen, passed_over = chosen_of(facts, [step for at, step in waiting if at <= now])
    for at, step in waiting:
        if step in passed_over:
            continue
        yield Step(
            key=message_key(step),
            kind="message",
            at=at,
            value=step.template,
            passes_over=tuple(map(message_key, passed_over)) if step is chosen else (),
            why=f"The campaign writes “{step.template}” on day {step.day}.",
        )


def chosen_of(
    facts: CaseFacts, due: Sequence[MessageStep]
) -> tuple[MessageStep | None, tuple[MessageStep, ...]]:
    """
    Of messages due at once, the one that is written and those it stands for. Nobody hears a last
    notice first, and it is never passed over.
    """
    if not due:
        return None, ()
    notice = next((step for step in due if step.template == "last_notice"), None)
    is_first = last_written_at(facts) is None
    chosen = due[0] if is_first else notice or due[-1]
    return chosen, tuple(step for step in due if step is not chosen and step is not notice)


def last_written_at(facts: CaseFacts) -> datetime | None:
    """When the campaign last wrote; what was written on demand is not the campaign's."""
    on_demand = f"message:{ON_DEMAND_TEMPLATE}:"
    return max(
        (
            one.at
            for one in facts.taken
            if one.key.startswith("message:") and not one.key.startswith(on_demand)
        ),
        default=None,
    )


def message_key(step: MessageStep) -> str:
    return f"message:{step.day}:{step.template}"


def message_moment(facts: CaseFacts, step: MessageStep) -> datetime:
    """
    Day 0 is at once, the others in the morning of their day; never inside a pause, and never
    within two days of the message before.
    """
    if step.day == 0 and facts.basis == "failed":
        return facts.free_at(facts.first_failed_at)
    moment = moment_on_day(facts, step.day)
    written_at = last_written_at(facts)
    if written_at is None:
        return moment
    return after_holds(facts, max(moment, written_at + timedelta(days=MESSAGE_GAP_DAYS)))


def moment_on_day(facts: CaseFacts, day: int) -> datetime:
    morning = morning_after_days(facts.first_failed_at, day, facts.zone)
    return after_holds(facts, max(morning, facts.first_failed_at))


def after_holds(facts: CaseFacts, moment: datetime) -> datetime:
    """In business hours and outside every pause."""
    while True:
        settled = into_business_hours(facts.free_at(moment), facts.zone)
        if settled == moment:
            return moment
        moment = settled


def access(terms: CampaignTerms, facts: CaseFacts, now: datetime) -> Iterator[Step]:
    """None for who pays by transfer, and none while a charge is planned or on its way."""
    if facts.basis == "overdue" or facts.has_open_try or facts.is_retry_waiting:
        return
    reached = reached_level(terms, facts)
    waiting = [
        (at, step)
        for step in terms.access
        if LEVELS.index(step.level) > reached
        and access_key(step) not in facts.taken_keys
        and (at := access_moment(terms, facts, step)) is not None
    ]
    due = [step for at, step in waiting if at <= now]
    for at, step in waiting:
        if step in due[:-1]:
            continue
        yield Step(
            key=access_key(step),
            kind="access",
            at=at,
            value=step.level,
            message=step.message or "",
            passes_over=tuple(access_key(one) for one in due[:-1]) if step in due else (),
            why=f"The campaign advises “{step.level}” on day {step.day}.",
        )


def access_key(step: AccessStep) -> str:
    return f"access:{step.day}:{step.level}"


def reached_level(terms: CampaignTerms, facts: CaseFacts) -> int:
    """The furthest of the campaign's levels that was advised, by it or by one before a move."""
    known = {step.level for step in terms.access}
    advised = {key.rpartition(":")[2] for key in facts.taken_keys if key.startswith("access:")}
    return max((at for at, level in enumerate(LEVELS) if level in known & advised), default=0)


def access_moment(terms: CampaignTerms, facts: CaseFacts, step: AccessStep) -> datetime | None:
    """
    The morning of its day. A suspension also waits for the grace days after the retry window, in
    which every retry lies, and for some days after the last notice; without one it does not come.
    """
    moment = moment_on_day(facts, step.day)
    if step.level != "suspend":
        return moment
    if facts.last_notice_at is None and not is_notice_to_come(terms, facts):
        return None
    grace = timedelta(days=terms.grace_days)
    notice = facts.last_notice_at or notice_moment(terms, facts)
    return after_holds(
        facts,
        max(
            moment,
            facts.retry_window_ends(terms.retry_days) + grace,
            notice + timedelta(days=NOTICE_DAYS),
        ),
    )


def is_notice_to_come(terms: CampaignTerms, facts: CaseFacts) -> bool:
    return any(
        step.template == "last_notice" and message_key(step) not in facts.taken_keys
        for step in terms.messages
    )


def notice_moment(terms: CampaignTerms, facts: CaseFacts) -> datetime:
    return max(
        message_moment(facts, one) for one in terms.messages if one.template == "last_notice"
    )


def end(terms: CampaignTerms, facts: CaseFacts) -> Iterator[Step]:
    """A person is asked, once everything before it has happened and had days to be read."""
    if "end" in facts.taken_keys or facts.has_open_try:
        return
    planned = [access_moment(terms, facts, step) for step in terms.access]
    after_access = [] if facts.basis == "overdue" else [at for at in planned if at is not None]
    written_at = last_written_at(facts)
    heard = [written_at + timedelta(days=NOTICE_DAYS)] if written_at else []
    yield Step(
        key="end",
        kind="end",
        at=max([moment_on_day(facts, terms.end_day), *after_access, *heard]),
        value=terms.ending,
        why=f"The campaign ends on day {terms.end_day}: {terms.ending.replace('_', ' ')}.",
    )
