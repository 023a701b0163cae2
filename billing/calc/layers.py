"""Billed seats of one type inside one period: a stack of layers, last in, first out. No due dates."""

from dataclasses import dataclass, field

from billing.calc.fraction import NOTHING, Share, smaller
from billing.calc.pricing import PriceTerms

Part = tuple[int, Share]


@dataclass(slots=True)
class Layer:
    """
    Seats that came together.

    `rate`: minor units for all of them for one interval; `share`: how much of one interval was charged.
    """

    size: int
    rate: int
    share: Share
    start: int
    ids: tuple[str, ...]
    is_opening: bool = False


@dataclass(slots=True)
class Account:
    """
    One seat type inside one period.

    `seats`: counted seats now; `billed`: seats the policy bills now; `floor_rate`: minor units for one
    interval for the `floor_seats` missing to the minimum.
    """

    seat_type: str
    price: PriceTerms | None
    price_ids: tuple[str, ...]
    seats: int = 0
    billed: int = 0
    floor_seats: int = 0
    floor_rate: int = 0
    ids: tuple[str, ...] = ()
    persons: set[str] = field(default_factory=set)
    layers: list[Layer] = field(default_factory=list)

    def rate_of(self, quantity: int) -> int:
        return self.price.charge(quantity) if self.price else 0

    def unit_price(self, quantity: int) -> int:
        return self.price.unit_price(quantity) if self.price else 0

    def push(self, size: int, share: Share, *, start: int, ids: tuple[str, ...]) -> Layer:
        """Bill so many seats more, at the rows of the price table they reach."""
        rate = self.rate_of(self.billed + size) - self.rate_of(self.billed)
        layer = Layer(size, rate, share, start, ids)
        self.billed += size
        self.layers.append(layer)
        return layer

    def pop(self, size: int) -> list[Layer]:
        """Bill so many seats fewer: the pieces of layers taken away, newest first."""
        taken = []
        while size > 0 and self.layers:
            layer = self.layers[-1]
            count = min(size, layer.size)
            rate = self.rate_of(self.billed) - self.rate_of(self.billed - count)
            taken.append(Layer(count, rate, layer.share, layer.start, layer.ids, layer.is_opening))
            self.billed -= count
            size -= count
            if count == layer.size:
                self.layers.pop()
            else:
                layer.size -= count
                layer.rate -= rate
        return taken

    def unused(self, remaining: Share) -> list[Part]:
        """What was charged for the time left, layer by layer."""
        return [
            (layer.rate, smaller(remaining, layer.share)) for layer in self.layers if layer.share
        ]

    def reprice(self, price: PriceTerms | None, price_ids: tuple[str, ...]) -> None:
        """Give every layer the rate it has under another price."""
        self.price, self.price_ids = price, price_ids
        below = 0
        for layer in self.layers:
            layer.rate = self.rate_of(below + layer.size) - self.rate_of(below)
            below += layer.size


def sum_parts(parts: list[Part]) -> list[Part]:
    """Parts of the same share added up, so that one multiplication and one rounding remain."""
    rates: dict[Share, int] = {}
    for rate, share in parts:
        if rate and share:
            rates[share] = rates.get(share, 0) + rate
    return [(rate, share) for share, rate in rates.items() if rate]


def only_share(parts: list[Part]) -> Share:
    """The share of the parts where they have one in common; nothing otherwise."""
    shares = {share for _, share in parts}
    return shares.pop() if len(shares) == 1 else NOTHING
