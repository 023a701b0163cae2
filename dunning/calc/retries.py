"""When a declined charge is tried again, after the sense of its decline and within every limit."""

from datetime import datetime, timedelta

from dunning.calc.campaign import CampaignTerms
from dunning.calc.declines import is_within_network_limits
from dunning.calc.facts import AFTER_SUCCESS, NEW_METHOD, CaseFacts, Method, Step, Try
from dunning.calc.moments import (
    into_business_hours,
    local_day,
    pay_day_slots,
    retry_slots,
)

TECHNICAL_WAIT = timedelta(hours=4)
QUICK_TECHNICAL_RETRIES = 2


def next_retry(terms: CampaignTerms, facts: CaseFacts, now: datetime) -> Step | None:
    """
    The next charge by machine, or None: nothing to charge, one under way, refused for good,
    waiting for the customer, used up, or over a network's limit.
    """
    method, last = facts.method, facts.last_try
    if method is None or last is None or is_under_way(facts):
        return None
    if is_new(facts, method):
        step: Step | None = first_charge(facts, method)
    elif last.state == "succeeded":
        step = charge_after_success(facts, last)
    else:
        step = retry_of_decline(terms, facts, method, last, now)
    return within_limits(facts, method, step, now)


def retry_of_decline(
    terms: CampaignTerms, facts: CaseFacts, method: Method, last: Try, now: datetime
) -> Step | None:
    is_refused_for_good = last.sense in ("never", "customer")
    if is_refused_for_good or facts.basis == "overdue" or facts.retries_made >= terms.retries:
        return None
    moment = retry_moment(terms, facts, method, now)
    if moment is None:
        return None
    return Step(
        key=f"retry:{facts.retries_made + 1}", kind="retry", at=moment, why=REASONS[last.sense]
    )


REASONS = {
    "pay_day": "The account lacked the money; it is tried again on a likely pay day.",
    "technical": "The bank could not be reached; it is tried again soon.",
    "later": "The bank declined without a lasting reason; it is tried again at another time of day.",
}


def is_under_way(facts: CaseFacts) -> bool:
    """A charge is planned, asked, or waits for the customer."""
    return facts.is_retry_waiting or facts.has_open_try or facts.waits_for_customer


def is_new(facts: CaseFacts, method: Method) -> bool:
    """Added after the last decline and not tried since."""
    key = NEW_METHOD + method.key
    last = facts.last_try
    is_untried = not method.tried_at and all(one.method != method.key for one in facts.tries)
    return is_untried and key not in facts.taken_keys and last is not None


def first_charge(facts: CaseFacts, method: Method) -> Step:
    """A customer who gives a new card expects it to be charged, at any hour and on any day."""
    return Step(
        key=NEW_METHOD + method.key,
        kind="retry",
        at=facts.free_at(max(method.added_at, facts.first_failed_at)),
        why="The customer gave a new way to pay; it is charged at once.",
    )


def charge_after_success(facts: CaseFacts, last: Try) -> Step:
    """Invoices of a case are charged one by one, oldest first: a card that works pays the next."""
    return Step(
        key=AFTER_SUCCESS + last.key,
        kind="retry",
        at=facts.free_at(last.at),
        why="The last charge went through; the next open invoice follows.",
    )


def within_limits(
    facts: CaseFacts, method: Method, step: Step | None, now: datetime
) -> Step | None:
    if step is None or step.key in facts.taken_keys:
        return None
    fits = is_within_network_limits(
        network=method.network, tried_at=method.tried_at, at=max(step.at, now)
    )
    return step if fits else None


def retry_moment(
    terms: CampaignTerms, facts: CaseFacts, method: Method, now: datetime
) -> datetime | None:
    """In the customer's business hours, inside the window, outside pauses; None if none is left."""
    until = facts.retry_window_ends(terms.retry_days)
    for slot in slots_to_come(terms, facts, method, until):
        moment = into_business_hours(facts.free_at(max(slot, now)), facts.zone)
        if moment <= until and facts.free_at(moment) == moment:
            return moment
    return None


def slots_to_come(
    terms: CampaignTerms, facts: CaseFacts, method: Method, until: datetime
) -> list[datetime]:
    last = facts.last_try
    assert last is not None, "only a charge that was tried is tried again"
    spread = retry_slots(
        since=facts.first_failed_at, until=until, most=terms.retries, zone=facts.zone
    )
    tried_on = local_day(last.at, facts.zone)
    later = [slot for slot in spread if slot > last.at and local_day(slot, facts.zone) > tried_on]
    if last.sense == "technical" and technical_in_a_row(facts, method) <= QUICK_TECHNICAL_RETRIES:
        return [last.at + TECHNICAL_WAIT, *later]
    if last.sense == "pay_day":
        pay_days = pay_day_slots(since=last.at, until=until, zone=facts.zone)
        return [slot for slot in pay_days if local_day(slot, facts.zone) > tried_on] or later
    return later


def technical_in_a_row(facts: CaseFacts, method: Method) -> int:
    count = 0
    for one in facts.declines_of(method):
        if one.sense != "technical":
            break
        count += 1
    return count
