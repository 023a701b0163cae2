"""A policy in the customer's language, generated from its settings; the example is rated by the engine."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from billing.calc.formula_words import date_words, formula_words, phrases_of, seats_words
from billing.calc.fraction import shown_unit
from billing.calc.interval import Interval
from billing.calc.policy import PolicyTerms
from billing.calc.policy_phrases import BY_LANGUAGE, ENGLISH, Sentences
from billing.calc.pricing import PriceTerms
from billing.calc.rating import rate
from billing.calc.types import (
    LedgerFact,
    PolicyVersion,
    RatedSpan,
    RatingInput,
    SubscriptionTerms,
)
from kernel.money import decimal_text, exponent_of

EXAMPLE_START = date(2025, 4, 1)
EXAMPLE_SEATS, EXAMPLE_ADDED, EXAMPLE_REMOVED = 10, 2, 1
PARAGRAPHS = (
    ("quantity_basis", "activation", "suspended_counts", "inactivity_days"),
    ("aggregation", "billing_timing", "anchor", "minimum_seats", "seat_limit"),
    ("increase_proration", "increase_grace_days", "increase_invoicing"),
    (
        "decrease_effective", "decrease_credit", "credit_application", "decrease_window_hours",
        "downgrade_lock_days",
    ),
    ("proration_unit", "day_count", "change_day", "partial_unit", "line_style"),
    ("rounding_stage", "rounding_mode"),
)  # fmt: skip
INCREASES = ("increase_proration", "increase_invoicing")
DECREASES = ("decrease_effective", "decrease_credit", "credit_application")
WITHOUT_EFFECT = {
    "ratchet": ("decrease_effective", "decrease_credit"),
    "snapshot": INCREASES + DECREASES,
    "peak": ("increase_proration", *DECREASES),
    "distinct": ("increase_proration", *DECREASES),
    "user_days": (*INCREASES, *DECREASES, "billing_timing"),
    "whole_period_only": INCREASES + DECREASES,
}
JOINED = ("proration_unit", "rounding_stage")


def policy_text(
    policy: PolicyTerms,
    *,
    price: PriceTerms,
    interval: Interval,
    currency: str,
    language: str = "en",
) -> str:
    """
    What is a seat, when it is charged, what a removal credits, limits and rounding, and an example.

    Paragraphs are separated by empty lines. `price` is in minor units of the currency; unknown
    languages read English.
    """
    sentences = BY_LANGUAGE.get(language.split("-", maxsplit=1)[0], ENGLISH)
    values = _values(policy, sentences, interval=interval, currency=currency, language=language)
    paragraphs = []
    for settings in PARAGRAPHS:
        text = ""
        for name in settings:
            sentence = _sentence(policy, name, sentences).format_map(values)
            if sentence:
                text += sentence + ("" if name in JOINED else " ")
        text = text.strip()
        if text:
            paragraphs.append(text if text.endswith(".") else f"{text}.")
    example = policy_example(
        policy, price=price, interval=interval, currency=currency, language=language
    )
    return "\n\n".join([*paragraphs, example])


def _sentence(policy: PolicyTerms, name: str, sentences: Sentences) -> str:
    if name in WITHOUT_EFFECT.get(policy.aggregation, ()):
        return ""
    if name == "increase_invoicing" and policy.billing_timing == "in_arrears":
        return ""
    value = shown_unit(policy) if name == "proration_unit" else getattr(policy, name)
    if name in sentences["numbers"]:
        return sentences["numbers"][name].replace("{n}", str(value)) if value else ""
    return sentences[name][str(value)]


def _values(
    policy: PolicyTerms, sentences: Sentences, *, interval: Interval, currency: str, language: str
) -> dict[str, str]:
    """What the sentences leave open."""
    words = sentences["words"]
    hours = int(policy.batch_window.total_seconds()) // 3600
    cadence = policy.true_up_cadence
    daily = policy.daily_price_days
    return {
        "snapshot": words["start" if policy.billing_timing == "in_advance" else "end"],
        "every": _counted(words[interval.unit], interval.count),
        "batch": words["hour"].format(n=hours),
        "cadence": _counted(words[f"cadence_{cadence.unit}"], cadence.count),
        "threshold": _money(policy.threshold_minor, currency, language),
        "daily_days": str(interval.nominal_days if daily is None else daily),
        "cent": words["cent"],
    }


def _counted(words: str, count: int) -> str:
    one, many = words.split("|")
    return one if count == 1 else many.format(n=count)


def _money(minor: int, currency: str, language: str) -> str:
    text = decimal_text(minor, exponent_of(currency)).replace(".", phrases_of(language).point)
    return f"{text} {currency}"


def policy_example(
    policy: PolicyTerms,
    *,
    price: PriceTerms,
    interval: Interval,
    currency: str,
    language: str = "en",
) -> str:
    """One period of a small subscription in the plan's own price, line by line as an invoice would say it."""
    sentences = BY_LANGUAGE.get(language.split("-", maxsplit=1)[0], ENGLISH)
    phrases = phrases_of(language)
    add_on, remove_on = _example_days(interval)
    spans = example_spans(policy, price=price, interval=interval, currency=currency)
    lines = [f"– {formula_words(span.formula, language)}" for span in spans]

    def day(value: date) -> str:
        return date_words(value.isoformat(), value.isoformat(), phrases)

    opening = sentences["words"]["example"].format(
        seats=seats_words(EXAMPLE_SEATS, phrases),
        price=_money(price.unit_price(EXAMPLE_SEATS), currency, language),
        start=day(EXAMPLE_START),
        added=EXAMPLE_ADDED,
        add_on=day(add_on),
        removed=EXAMPLE_REMOVED,
        remove_on=day(remove_on),
        total=_money(sum(span.amount_minor for span in spans), currency, language),
    )
    return "\n".join([opening, *lines])


def _example_days(interval: Interval) -> tuple[date, date]:
    """A third and two thirds into the first interval."""
    days = (interval.step(EXAMPLE_START, 1, 1) - EXAMPLE_START).days
    return EXAMPLE_START + timedelta(days=days // 3), EXAMPLE_START + timedelta(days=2 * days // 3)


def example_spans(
    policy: PolicyTerms, *, price: PriceTerms, interval: Interval, currency: str
) -> list[RatedSpan]:
    """The spans of the example's first interval, rated by the engine once all of it is due."""
    add_on, remove_on = _example_days(interval)
    after = interval.step(EXAMPLE_START, 1, 1)
    moves = [
        ("subscription_started", EXAMPLE_START, None, "active", EXAMPLE_SEATS),
        ("seat_added", add_on, None, "active", EXAMPLE_ADDED),
        ("seat_removed", remove_on, "active", "removed", EXAMPLE_REMOVED),
    ]
    facts = tuple(
        LedgerFact(
            str(place), str(place), place, kind, "seat", _noon(day, place), _noon(day, place),
            from_state, to_state, quantity,
        )
        for place, (kind, day, from_state, to_state, quantity) in enumerate(moves)
    )  # fmt: skip
    terms = SubscriptionTerms(
        key="example", currency=currency, timezone="UTC", starts_on=EXAMPLE_START, interval=interval,
        seat_types=("seat",), prices={"seat": replace(price, ratio_of=None, ratio_each=0)},
        policies=(PolicyVersion(None, policy),),
    )  # fmt: skip
    cadence = policy.true_up_cadence.nominal_days if policy.increase_invoicing == "true_up" else 0
    as_of = _noon(after + timedelta(days=cadence + 35), 0)
    result = rate(RatingInput(terms, facts, (), (), as_of))
    return [span for span in result.spans if span.period.first < after]


def _noon(day: date, place: int) -> datetime:
    """Changes happen at noon, the start at midnight."""
    return datetime(day.year, day.month, day.day, 12 if place else 0, tzinfo=UTC)
