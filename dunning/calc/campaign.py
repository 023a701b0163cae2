"""The terms of a campaign: when to charge again, write, advise on access, and how it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from dunning.calc.refusals import CampaignInvalid

AccessLevel = Literal["none", "banner", "restrict_additions", "suspend"]
Ending = Literal["write_off_request", "hand_over"]
Template = Literal[
    "first_notice", "reminder", "last_notice", "access_restricted", "access_suspended"
]

LEVELS: tuple[AccessLevel, ...] = get_args(AccessLevel)
ENDINGS: tuple[Ending, ...] = get_args(Ending)
TEMPLATES: tuple[Template, ...] = get_args(Template)
ON_DEMAND_TEMPLATE = "confirm_payment"
MOST_RETRIES = 10
LONGEST_WINDOW_DAYS = 30
LONGEST_DAYS = 365
NOTICE_DAYS = 3
MESSAGE_GAP_DAYS = 2


@dataclass(frozen=True, slots=True)
class MessageStep:
    """A message so many days after the first failure; day 0 is at once."""

    day: int
    template: Template


@dataclass(frozen=True, slots=True)
class AccessStep:
    """What the product is advised so many days after the first failure, and what the customer reads then."""

    day: int
    level: AccessLevel
    message: Template | None = None


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    """
    A campaign as agreed. Days count from the first failure and never from anything later.

    `threshold_minor` is in minor units of the case's currency: less than that is not pursued.
    Up to `retries` charges within `retry_days` days; access is suspended `grace_days` after those
    at the earliest.
    """

    threshold_minor: int
    messages: tuple[MessageStep, ...]
    access: tuple[AccessStep, ...]
    end_day: int
    ending: Ending
    retries: int = 8
    retry_days: int = 14
    grace_days: int = 7


def check_terms(terms: CampaignTerms) -> CampaignTerms:
    """
    The terms, if they can be carried out and are fair.

    :raises CampaignInvalid: naming the first thing to change
    """
    for problem in (*number_problems(terms), *step_problems(terms), *lock_out_problems(terms)):
        raise CampaignInvalid(problem)
    return terms


def number_problems(terms: CampaignTerms) -> Sequence[str]:
    rules = (
        (terms.threshold_minor >= 0, "The threshold is negative. Write 0 to pursue every amount."),
        (
            0 <= terms.retries <= MOST_RETRIES,
            f"Between 0 and {MOST_RETRIES} retries are allowed; more would near the card networks' limits.",
        ),
        (
            1 <= terms.retry_days <= LONGEST_WINDOW_DAYS,
            f"The retry window lasts 1 to {LONGEST_WINDOW_DAYS} days.",
        ),
        (0 <= terms.grace_days <= LONGEST_DAYS, "The grace days are out of range. Write 0 to 365."),
        (terms.end_day <= LONGEST_DAYS, f"The end comes by day {LONGEST_DAYS} at the latest."),
        (terms.ending in ENDINGS, f"The end is one of: {', '.join(ENDINGS)}."),
    )
    return [words for holds, words in rules if not holds]


def step_problems(terms: CampaignTerms) -> Sequence[str]:
    message_days = [step.day for step in terms.messages]
    access_days = [step.day for step in terms.access]
    levels = [LEVELS.index(step.level) for step in terms.access if step.level in LEVELS]
    templates = {step.template for step in terms.messages} | {
        step.message for step in terms.access if step.message
    }
    rules = (
        (
            templates <= set(TEMPLATES),
            f"There is no such message. Choose from: {', '.join(TEMPLATES)}.",
        ),
        (
            len(levels) == len(terms.access),
            f"There is no such access step. Choose from: {', '.join(LEVELS[1:])}.",
        ),
        (min(message_days + access_days, default=0) >= 0, "A step cannot come before the failure."),
        (
            rises(message_days, by=MESSAGE_GAP_DAYS),
            f"Messages must be in order and at least {MESSAGE_GAP_DAYS} days apart.",
        ),
        (rises(access_days), "Access steps must be on different days, in order."),
        (rises([0, *levels]), "Each access step must go further than the one before it."),
        (
            terms.end_day > max(message_days + access_days, default=0),
            "The end must come after every message and access step. Move it later.",
        ),
        (
            terms.end_day >= terms.retry_days + terms.grace_days,
            "The end must not come before the retry window and the grace days are over.",
        ),
    )
    return [words for holds, words in rules if not holds]


def lock_out_problems(terms: CampaignTerms) -> Sequence[str]:
    """Nobody is locked out while charges are still tried, in the grace days, or without notice."""
    suspensions = [step.day for step in terms.access if step.level == "suspend"]
    earliest = terms.retry_days + terms.grace_days
    notices = [step.day for step in terms.messages if step.template == "last_notice"]
    problems = []
    for day in suspensions:
        if day < earliest:
            problems.append(
                f"Access cannot be suspended on day {day}: retries and grace days last until day "
                f"{earliest}. Suspend later, or shorten those."
            )
        if not any(notice + NOTICE_DAYS <= day for notice in notices):
            problems.append(
                f"Access cannot be suspended without a last notice at least {NOTICE_DAYS} days "
                "before. Add that message."
            )
    return problems


def rises(numbers: Sequence[int], by: int = 1) -> bool:
    """Each greater than the one before, by at least so much."""
    return all(here + by <= there for here, there in pairwise(numbers))
