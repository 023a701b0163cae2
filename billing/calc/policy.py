"""A seat policy: the settings that decide how seats become money. Reads and checks them; applies none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from billing.calc.interval import QUARTER, Interval, IntervalInvalid, interval_words, parse_interval
from kernel.money import AmountUnreadable, RoundingMode, minor_units
from kernel.refusal import Refusal


class PolicyInvalid(Refusal):
    code = "policy_invalid"


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """
    One version of a policy. `key` and `version` identify it; the rest are the settings of docs/terms.md.

    `threshold_minor` is in minor units of the subscription's currency.
    """

    key: str = ""
    version: int = 1
    quantity_basis: str = "provisioned"
    aggregation: str = "time_weighted"
    billing_timing: str = "in_advance"
    increase_proration: str = "prorated"
    increase_invoicing: str = "next_invoice"
    decrease_effective: str = "immediate"
    decrease_credit: str = "prorated"
    credit_application: str = "next_invoice"
    proration_unit: str = "day"
    day_count: str = "actual"
    change_day: str = "included"
    partial_unit: str = "exact"
    rounding_mode: RoundingMode = "half_up"
    rounding_stage: str = "line"
    line_style: str = "net"
    activation: str = "assigned"
    inactivity_days: int | None = None
    suspended_counts: bool = True
    minimum_seats: int = 0
    seat_limit: str = "expand"
    increase_grace_days: int = 0
    decrease_window_hours: int = 0
    downgrade_lock_days: int = 0
    anchor: str = "subscription"
    batch_window: timedelta = timedelta(days=1)
    true_up_cadence: Interval = QUARTER
    threshold_minor: int = 0
    daily_price_days: Fraction | None = None

    @property
    def counts_instants(self) -> bool:
        """Whether time is counted in seconds or minutes instead of whole days."""
        return self.proration_unit in ("second", "minute") and self.day_count not in (
            "months_of_term",
            "quarters_of_term",
        )


CHOICES: Mapping[str, tuple[str, ...]] = {
    "quantity_basis": ("provisioned", "purchased", "active"),
    "aggregation": (
        "time_weighted", "ratchet", "snapshot", "peak", "distinct", "user_days", "whole_period_only",
    ),
    "billing_timing": ("in_advance", "in_arrears"),
    "increase_proration": ("prorated", "full", "none", "next_subperiod"),
    "increase_invoicing": ("next_invoice", "immediate", "batched", "true_up", "threshold"),
    "decrease_effective": ("immediate", "period_end"),
    "decrease_credit": ("prorated", "none", "full"),
    "credit_application": ("next_invoice", "balance", "refund"),
    "proration_unit": ("day", "second", "minute", "working_day", "week", "month", "quarter"),
    "day_count": (
        "actual", "fixed_30", "fixed_daily_price", "annualised_365", "months_of_term",
        "quarters_of_term", "plan_interval",
    ),
    "change_day": ("included", "excluded"),
    "partial_unit": ("exact", "up", "down", "skip_current"),
    "rounding_mode": ("half_up", "half_even", "down"),
    "rounding_stage": ("line", "unit_rate", "fraction"),
    "line_style": ("net", "paired"),
    "activation": ("assigned", "invite_sent", "invite_accepted", "first_use"),
    "seat_limit": ("expand", "block", "overage"),
    "anchor": ("subscription", "calendar", "reset_on_change"),
}  # fmt: skip
NUMBERS = (
    "minimum_seats", "increase_grace_days", "decrease_window_hours", "downgrade_lock_days",
)  # fmt: skip
BATCH_WORDS: Mapping[str, int] = {"hour": 1, "day": 24, "week": 168, "month": 720}
DEFAULTS = PolicyTerms()


def parse_policy(
    settings: Mapping[str, object], currency: str, *, key: str = "", version: int = 1
) -> PolicyTerms:
    """
    The policy these settings describe; a setting left out has its default.

    :raises PolicyInvalid: for an unknown key or a value it does not take; the sentence names both
    """
    values: dict[str, object] = {}
    for name, value in canonical_settings(settings).items():
        if name == "threshold_amount":
            values["threshold_minor"] = _minor(str(value), currency)
        elif name == "batch_window":
            values[name] = timedelta(hours=_window_hours(value))
        elif name == "true_up_cadence":
            values[name] = parse_interval(value)
        elif name == "daily_price_days":
            values[name] = Fraction(str(value))
        elif name == "inactivity_days":
            values[name] = None if value == "none" else value
        else:
            values[name] = value
    return PolicyTerms(key=key, version=version, **values)  # type: ignore[arg-type]


def canonical_settings(settings: Mapping[str, object]) -> dict[str, object]:
    """
    The settings as they are stored: one spelling for each value, in the order of the table, JSON types only.

    :raises PolicyInvalid: for an unknown key or a value it does not take
    """
    unknown = sorted(set(settings) - set(READERS))
    if unknown:
        raise PolicyInvalid(
            f"“{unknown[0]}” is not a policy setting. Known settings: {', '.join(READERS)}."
        )
    return {name: READERS[name](name, settings[name]) for name in READERS if name in settings}


def _refuse(name: str, value: object, allowed: str) -> PolicyInvalid:
    return PolicyInvalid(f"{name} cannot be “{value}”. Allowed: {allowed}.")


def _choice(name: str, value: object) -> object:
    if value not in CHOICES[name]:
        raise _refuse(name, value, ", ".join(CHOICES[name]))
    return value


def _number(name: str, value: object) -> object:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if type(value) is not int or value < 0:
        raise _refuse(name, value, "a whole number from 0")
    return value


def _days_or_none(name: str, value: object) -> object:
    if value is None or value == "none":
        return "none"
    if type(value) is not int or value < 1:
        raise _refuse(name, value, "none, or a whole number of days from 1")
    return value


def _flag(name: str, value: object) -> object:
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise _refuse(name, value, "true, false")
    return value


def _window_hours(value: object) -> int:
    """Hours of a batch window given as a word, a number of hours, or {hours: n} or {days: n}."""
    if isinstance(value, str) and value in BATCH_WORDS:
        return BATCH_WORDS[value]
    if isinstance(value, Mapping) and len(value) == 1:
        ((word, count),) = value.items()
        if word in ("hours", "days", "weeks") and type(count) is int and count > 0:
            return count * BATCH_WORDS[word[:-1]]
    if type(value) is int and value > 0:
        return value
    raise _refuse("batch_window", value, "hour, day, week, month, a number of hours, {days: n}")


def _window(name: str, value: object) -> object:
    return {"hours": _window_hours(value)}


def _cadence(name: str, value: object) -> object:
    try:
        return interval_words(parse_interval(value))
    except IntervalInvalid:
        raise _refuse(name, value, "day, week, month, quarter, year, {months: n}") from None


def _decimal(name: str, value: object) -> object:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal(-1)
    if isinstance(value, bool) or not amount.is_finite() or amount <= 0:
        raise _refuse(name, value, "a number above 0")
    return format(amount, "f")


def _minor(text: str, currency: str) -> int:
    try:
        return minor_units(text, currency)
    except AmountUnreadable as unreadable:
        raise PolicyInvalid(f"threshold_amount: {unreadable}") from None


READERS: Mapping[str, Callable[[str, object], object]] = {
    **dict.fromkeys(CHOICES, _choice),
    "inactivity_days": _days_or_none,
    "suspended_counts": _flag,
    **dict.fromkeys(NUMBERS, _number),
    "batch_window": _window,
    "true_up_cadence": _cadence,
    "threshold_amount": _decimal,
    "daily_price_days": _decimal,
}
