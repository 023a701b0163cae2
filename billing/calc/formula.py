"""A line's arithmetic as a record, and the record in words: "10 seats × 8.00 × 11/31 days = 28.39"."""

from collections.abc import Mapping, Sequence
from typing import Any

from billing.calc.charges import Charge, PeriodContext
from billing.calc.formula_words import formula_words
from billing.calc.fraction import Share, unit_name
from billing.calc.policy import PolicyTerms
from billing.calc.rounding import FRACTION_SCALE, unit_rate
from billing.calc.types import BilledSpan, Formula
from kernel.money import round_ratio
from kernel.period import Period

__all__ = ["adjustment_record", "charge_record", "formula_words"]


def charge_record(
    charge: Charge, context: PeriodContext, span: Period, *, currency: str, amount: int,
    already: int, quantity: int,
) -> Formula:  # fmt: skip
    """
    The record of one charge. Amounts in minor units; JSON types only.

    `parts`: rate for one interval, seats where all cost the same, and the share as shown.
    """
    policy = context.policy
    seat_price = charge.seat_price
    return Formula(
        {
            "version": 1,
            "what": charge.kind,
            "currency": currency,
            "quantity": quantity,
            "seat_price": seat_price,
            "unit": "seat_day" if charge.seat_days is not None else unit_name(context.clock),
            "seat_days": charge.seat_days,
            "parts": [_part(rate, share, policy, seat_price) for rate, share in charge.parts],
            "first": span.first.isoformat(),
            "last": span.last.isoformat(),
            "total": charge.amount,
            "already": already,
            "capped": charge.is_capped,
            "amount": amount,
        }
    )


def _part(rate: int, share: Share, policy: PolicyTerms, seat_price: int | None) -> dict[str, Any]:
    is_linear = bool(seat_price) and seat_price is not None and rate % seat_price == 0
    part: dict[str, Any] = {
        "rate": rate,
        "seats": abs(rate) // seat_price if is_linear and seat_price else None,
        "units": share.numer,
        "of_units": share.denom,
        "scale": share.scale,
    }
    if not share.is_whole and policy.rounding_stage == "unit_rate":
        base = seat_price if is_linear and seat_price else abs(rate)
        part["unit_rate"] = unit_rate(base, share, policy)
    if not share.is_whole and policy.rounding_stage == "fraction":
        part["fraction"] = round_ratio(
            share.numer * FRACTION_SCALE, share.denom, policy.rounding_mode
        )
    return part


def adjustment_record(
    *, expected: Sequence[Charge], billed: Sequence[BilledSpan], keys: Mapping[str, int], span: Period,
    currency: str, amount: int,
) -> Formula:  # fmt: skip
    """What should have been billed, less what was."""
    should = sum(charge.amount for charge in expected if charge.key in keys)
    return Formula(
        {
            "version": 1,
            "what": "adjustment",
            "currency": currency,
            "should": should,
            "was": should - amount,
            "first": span.first.isoformat(),
            "last": span.last.isoformat(),
            "amount": amount,
        }
    )
