"""What is about to be published: a policy's settings or a seat type's price, as plain values."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from billing.calc.pricing import PriceTerms, Tier


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    Terms of one plan and interval. A policy has `settings`; a price has its seat type's code,
    `currency` and `price` (mode, tiers with `up_to` and `price_minor`, included, ratio, billable).
    """

    plan_id: str
    interval_unit: str
    interval_count: int
    settings: Mapping[str, Any] | None = None
    seat_type: str = ""
    currency: str = ""
    price: Mapping[str, Any] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of what it says; the same terms give the same digest."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def price_terms(self) -> PriceTerms | None:
        if self.price is None:
            return None
        said = dict(self.price)
        tiers = tuple(Tier(one["up_to"], one["price_minor"]) for one in said.pop("tiers"))
        return PriceTerms(key="", tiers=tiers, **said)

    def is_about(self, *, plan_id: str, unit: str, count: int) -> bool:
        return (self.plan_id, self.interval_unit, self.interval_count) == (plan_id, unit, count)


def as_json(proposal: Proposal) -> dict[str, Any]:
    return asdict(proposal)


def from_json(said: Mapping[str, Any]) -> Proposal:
    return Proposal(**said)
