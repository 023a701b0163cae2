"""Prices and policies as terms of calc, read once for a chunk of subscriptions."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import Q

from billing.calc.interval import IntervalUnitName
from billing.calc.pricing import PriceModeName
from billing.calc.types import (
    Interval,
    PolicyTerms,
    PolicyVersion,
    PriceTerms,
    PriceVersion,
    Tier,
    parse_policy,
)
from billing.models import Price, SeatPolicy, SeatType

Cycle = tuple[str, int]


@dataclass(slots=True)
class CatalogBook:
    """What is sold, by plan. Keys of calc terms are primary keys as text."""

    prices: dict[UUID, Price] = field(default_factory=dict)
    price_terms: dict[UUID, PriceTerms] = field(default_factory=dict)
    seat_types: dict[UUID, list[SeatType]] = field(default_factory=lambda: defaultdict(list))
    catalog_prices: dict[UUID, list[Price]] = field(default_factory=lambda: defaultdict(list))
    policies: dict[tuple[UUID, Cycle], list[SeatPolicy]] = field(
        default_factory=lambda: defaultdict(list)
    )
    policy_terms: dict[tuple[UUID, str], PolicyTerms] = field(default_factory=dict)

    def add_price(self, price: Price) -> None:
        """Needs the seat type loaded with it; a price of one subscription is no catalog price."""
        self.prices[price.pk] = price
        self.price_terms[price.pk] = price_terms(price)
        if price.subscription_id is None:
            self.catalog_prices[price.seat_type.plan_id].append(price)

    def take_in(self, other: "CatalogBook") -> None:
        """Plans and prices of another book that this one does not hold."""
        self.prices |= other.prices
        self.price_terms |= other.price_terms
        for plan_id, seat_types in other.seat_types.items():
            if plan_id not in self.seat_types:
                self.seat_types[plan_id] = seat_types
                self.catalog_prices[plan_id] = other.catalog_prices[plan_id]
        for key, policies in other.policies.items():
            self.policies.setdefault(key, policies)

    def price_versions(
        self, *, plan_id: UUID, currency: str, cycle: Cycle, published_by: datetime
    ) -> tuple[PriceVersion, ...]:
        """Catalog versions of the plan's seat types for a currency and interval, oldest first."""
        return tuple(
            PriceVersion(
                effective_from=price.effective_from,
                seat_type=price.seat_type.code,
                price=self.price_terms[price.pk],
                plan_key=str(plan_id),
            )
            for price in self.catalog_prices[plan_id]
            if price.currency == currency
            and (price.interval_unit, price.interval_count) == cycle
            and price.published_at <= published_by
        )

    def policy_versions(
        self, *, plan_id: UUID, currency: str, cycle: Cycle, published_by: datetime
    ) -> tuple[PolicyVersion, ...]:
        """Versions of the plan's policy for an interval, oldest first."""
        return tuple(
            PolicyVersion(
                effective_from=policy.effective_from, policy=self.terms_of(policy, currency)
            )
            for policy in self.policies[plan_id, cycle]
            if policy.published_at <= published_by
        )

    def terms_of(self, policy: SeatPolicy, currency: str) -> PolicyTerms:
        """A policy as calc reads it; thresholds are amounts of a currency."""
        key = (policy.pk, currency)
        if key not in self.policy_terms:
            self.policy_terms[key] = parse_policy(
                policy.settings, currency, key=str(policy.pk), version=policy.version
            )
        return self.policy_terms[key]

    def seat_type_id(self, *, price_key: str) -> UUID:
        """The seat type a price key of calc belongs to."""
        return self.prices[UUID(price_key)].seat_type_id


def load_catalog_book(*, plan_ids: Collection[UUID], price_ids: Collection[UUID]) -> CatalogBook:
    """Three queries, whatever the number of subscriptions."""
    book = CatalogBook()
    for seat_type in SeatType.objects.filter(plan__in=plan_ids).order_by("display_order", "code"):
        book.seat_types[seat_type.plan_id].append(seat_type)

    wanted = Q(seat_type__plan__in=plan_ids, subscription=None) | Q(pk__in=price_ids)
    for price in Price.objects.filter(wanted).select_related("seat_type").order_by("version"):
        book.add_price(price)

    for policy in SeatPolicy.objects.filter(plan__in=plan_ids).order_by("version"):
        cycle = (policy.interval_unit, policy.interval_count)
        book.policies[policy.plan_id, cycle].append(policy)
    return book


def price_terms(price: Price) -> PriceTerms:
    return PriceTerms(
        key=str(price.pk),
        mode=cast(PriceModeName, price.mode),  # the table's constraint knows the modes
        tiers=tuple(
            Tier(up_to=tier["up_to"], price_minor=tier["price_minor"]) for tier in price.tiers
        ),
        included=price.included,
        ratio_of=price.ratio_of or None,
        ratio_each=price.ratio_each,
        billable=price.billable,
    )


def interval_of(cycle: Cycle) -> Interval:
    return Interval(cast(IntervalUnitName, cycle[0]), cycle[1])  # choices hold the units
