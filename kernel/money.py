"""Money in whole minor units of a currency, and the one way to round a ratio. No floats."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from kernel.refusal import Refusal

RoundingMode = Literal["half_up", "half_even", "down"]

EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


class AmountUnreadable(Refusal):
    code = "amount_unreadable"


class CurrenciesDiffer(Refusal):
    code = "currencies_differ"


def exponent_of(currency: str) -> int:
    """Decimals of a currency by ISO 4217: EUR 2, JPY 0, KWD 3."""
    return EXPONENTS.get(currency, 2)


def round_ratio(numer: int, denom: int, mode: RoundingMode = "half_up") -> int:
    """`numer / denom` as a whole number: half away from zero, half to even, or toward zero."""
    if denom < 0:
        numer, denom = -numer, -denom
    whole, rest = divmod(abs(numer), denom)
    if mode == "half_up":
        whole += 2 * rest >= denom
    elif mode == "half_even":
        whole += 2 * rest > denom or (2 * rest == denom and whole % 2 == 1)
    return whole if numer >= 0 else -whole


def decimal_text(minor: int, exponent: int) -> str:
    """Minor units as a decimal string in major units: 2839 with two decimals is "28.39"."""
    if exponent == 0:
        return str(minor)
    digits = str(abs(minor)).rjust(exponent + 1, "0")
    return f"{'-' if minor < 0 else ''}{digits[:-exponent]}.{digits[-exponent:]}"


def minor_units(text: str, currency: str) -> int:
    """
    A decimal string in major units as minor units of the currency.

    :raises AmountUnreadable: if it is no number or has more decimals than the currency
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise AmountUnreadable(
            f"“{text}” is not an amount. Write digits with a point, such as 12.50."
        ) from None
    scaled = amount.scaleb(exponent_of(currency)) if amount.is_finite() else amount
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise AmountUnreadable(
            f"“{text}” has more decimals than {currency} has ({exponent_of(currency)}). "
            "Write an amount the currency can hold."
        )
    return int(scaled)


@dataclass(frozen=True, slots=True)
class Money:
    """Whole minor units of an ISO 4217 currency; may be negative."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """:raises AmountUnreadable: if it is no number or has more decimals than the currency"""
        return cls(minor_units(text, currency), currency)

    def __str__(self) -> str:
        return decimal_text(self.minor, exponent_of(self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._minor_of(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def times_ratio(self, numer: int, denom: int, mode: RoundingMode = "half_up") -> "Money":
        """Multiply first, round once."""
        return Money(round_ratio(self.minor * numer, denom, mode), self.currency)

    def split(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Shares by weight that add up exactly; the largest remainders get the odd minor units."""
        return tuple(Money(part, self.currency) for part in split_minor(self.minor, weights))

    def _minor_of(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrenciesDiffer(
                f"{self.currency} and {other.currency} cannot be added. Convert one of them first."
            )
        return other.minor


def split_minor(minor: int, weights: Sequence[int]) -> list[int]:
    """Shares of minor units by non-negative weights, not all zero, by largest remainder."""
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("Shares need weights that are not negative and not all zero.")
    sign, size = (1, minor) if minor >= 0 else (-1, -minor)
    shares = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(size * weights[i] % whole))
    for i in by_remainder[: size - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]
