"""What a number of seats costs for one whole interval, in each price mode. Knows no time."""

from dataclasses import dataclass
from typing import Literal

from kernel.refusal import Refusal

PriceModeName = Literal["per_unit", "volume", "graduated", "package", "stairstep"]
PRICE_MODES = ("per_unit", "volume", "graduated", "package", "stairstep")


class PriceInvalid(Refusal):
    code = "price_invalid"


@dataclass(frozen=True, slots=True)
class Tier:
    """A row of a price table: holds up to so many seats (None: any number more)."""

    up_to: int | None
    price_minor: int


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """
    The price of one seat type for one interval, in minor units of the subscription's currency.

    `included` seats are free; `ratio_each` more are free for every seat of type `ratio_of`.
    """

    key: str
    mode: PriceModeName
    tiers: tuple[Tier, ...]
    included: int = 0
    ratio_of: str | None = None
    ratio_each: int = 0
    billable: bool = True

    def billable_seats(self, seats: int, ratio_seats: int = 0) -> int:
        """Seats that cost something: those beyond the included ones and the ratio's."""
        if not self.billable:
            return 0
        return max(0, seats - self.included - self.ratio_each * ratio_seats)

    def charge(self, quantity: int) -> int:
        """Minor units for so many billable seats for one interval."""
        if quantity <= 0 or not self.billable:
            return 0
        if self.mode == "per_unit":
            return self.tiers[0].price_minor * quantity
        if self.mode == "volume":
            return self._row(quantity).price_minor * quantity
        if self.mode == "stairstep":
            return self._row(quantity).price_minor
        return self._graduated(quantity) if self.mode == "graduated" else self._packages(quantity)

    def unit_price(self, quantity: int) -> int:
        """The price of the row the last of these seats stands on; minor units."""
        return self._row(max(1, quantity)).price_minor

    @property
    def is_linear(self) -> bool:
        """Whether every seat costs the same."""
        return self.mode == "per_unit" or (
            len(self.tiers) == 1 and self.mode in ("volume", "graduated")
        )

    def _row(self, quantity: int) -> Tier:
        for tier in self.tiers:
            if tier.up_to is None or quantity <= tier.up_to:
                return tier
        return self.tiers[-1]

    def _graduated(self, quantity: int) -> int:
        total = below = 0
        for tier in self.tiers:
            if tier.up_to is None or quantity <= tier.up_to:
                return total + (quantity - below) * tier.price_minor
            total += (tier.up_to - below) * tier.price_minor
            below = tier.up_to
        return total + (quantity - below) * self.tiers[-1].price_minor

    def _packages(self, quantity: int) -> int:
        """As many of the largest package as fit fully, then the smallest that covers the rest."""
        sizes = [(tier.up_to or 1, tier.price_minor) for tier in self.tiers]
        size, price = sizes[-1]
        if len(sizes) == 1:
            return -(-quantity // size) * price
        full, rest = divmod(quantity, size)
        cover = next((cost for holds, cost in sizes if holds >= rest), price) if rest else 0
        return full * price + cover


def check_price(price: PriceTerms) -> None:
    """
    Refuse a price table that cannot be read in one way.

    :raises PriceInvalid: without rows, with sizes that do not grow, or with an amount below zero
    """
    if price.mode not in PRICE_MODES:
        raise PriceInvalid(f"“{price.mode}” is not a price mode. Use {', '.join(PRICE_MODES)}.")
    if not price.tiers:
        raise PriceInvalid("A price needs at least one row. Give an amount.")
    if any(tier.price_minor < 0 for tier in price.tiers):
        raise PriceInvalid("A price cannot be below zero. Give an amount from 0.")
    sizes = [tier.up_to for tier in price.tiers]
    bounded = [size for size in sizes if size is not None]
    if None in sizes[:-1] or bounded != sorted(set(bounded)) or any(size < 1 for size in bounded):
        raise PriceInvalid("The rows of a price must grow, and only the last may be without end.")
    if price.mode == "per_unit" and len(sizes) > 1:
        raise PriceInvalid("A price per unit has one row. Use volume or graduated for more.")
    if (price.ratio_of is None) != (price.ratio_each == 0):
        raise PriceInvalid("Free seats by ratio need both the seat type and the number for each.")
