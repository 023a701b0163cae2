"""The one rounding of a line, at the stage the policy names. Whole numbers only."""

from math import lcm

from billing.calc.fraction import Share
from billing.calc.layers import Part
from billing.calc.policy import PolicyTerms
from kernel.money import round_ratio

FRACTION_SCALE = 10_000


def round_parts(parts: list[Part], policy: PolicyTerms, *, seat_price: int | None = None) -> int:
    """
    Minor units of the sum of rate times share.

    `seat_price` is the price of one seat where all seats cost the same; it is what `unit_rate` rounds.
    """
    if not parts:
        return 0
    mode = policy.rounding_mode
    if policy.rounding_stage == "line":
        if len(parts) == 1:
            rate, share = parts[0]
            return round_ratio(rate * share.numer, share.denom, mode)
        return _round_sum([(rate * share.numer, share.denom) for rate, share in parts], policy)
    if policy.rounding_stage == "fraction":
        return _round_sum(
            [
                (
                    rate * round_ratio(share.numer * FRACTION_SCALE, share.denom, mode),
                    FRACTION_SCALE,
                )
                for rate, share in parts
            ],
            policy,
        )
    return _round_sum([_by_unit_rate(part, policy, seat_price) for part in parts], policy)


def unit_rate(rate: int, share: Share, policy: PolicyTerms) -> int:
    """The rate for one proration unit, rounded; minor units."""
    return round_ratio(rate * share.scale, share.denom, policy.rounding_mode)


def _by_unit_rate(part: Part, policy: PolicyTerms, seat_price: int | None) -> tuple[int, int]:
    """
    A whole interval keeps its full price; part of one is units times the rounded price of a unit.

    A part never costs more than the whole, however the unit was rounded.
    """
    rate, share = part
    if share.is_whole:
        return rate, 1
    if seat_price and rate % seat_price == 0:
        rounded = unit_rate(seat_price, share, policy) * (rate // seat_price)
    else:
        rounded = unit_rate(rate, share, policy)
    if share.numer < share.denom and abs(rounded) * share.numer > abs(rate) * share.scale:
        return rate, 1
    return rounded * share.numer, share.scale


def _round_sum(ratios: list[tuple[int, int]], policy: PolicyTerms) -> int:
    denom = lcm(*(bottom for _, bottom in ratios))
    numer = sum(top * (denom // bottom) for top, bottom in ratios)
    return round_ratio(numer, denom, policy.rounding_mode)
