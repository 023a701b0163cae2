"""Which prices, policy and interval hold when: versions of the catalog and changes of one subscription."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from billing.calc.interval import Interval
from billing.calc.local_time import day_of
from billing.calc.policy import PolicyTerms
from billing.calc.pricing import PriceTerms
from billing.calc.types import PolicyVersion, SubscriptionTerms, TermsChange
from kernel.period import add_months
from kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class DatedChange:
    """A terms change with its instant and local day as whole numbers."""

    second: int
    day: int
    known: int
    change: TermsChange


class PolicyMissing(Refusal):
    code = "seat_policy_missing"


class PriceMissing(Refusal):
    code = "price_missing"


class TermsTimeline:
    """The terms of a subscription as they develop. Catalog prices change at period starts only."""

    __slots__ = ("changes", "terms")

    def __init__(self, terms: SubscriptionTerms, changes: Sequence[TermsChange]) -> None:
        self.terms = terms
        standing = [change for change in changes if not change.void]
        ordered = sorted(standing, key=lambda change: (change.effective_at, change.position))
        self.changes = [
            DatedChange(
                second := int(change.effective_at.timestamp()),
                day_of(second, terms.timezone),
                int(change.recorded_at.timestamp()),
                change,
            )
            for change in ordered
        ]

    def prices_at(
        self, day: int, opening: Sequence[DatedChange]
    ) -> tuple[dict[str, PriceTerms], tuple[str, ...]]:
        """Prices at the start of a period after the changes before it, and the entries behind those."""
        baseline, plan, since = self.terms.prices, self.terms.plan_key, self.terms.starts_on
        negotiated: dict[str, PriceTerms] = {}
        entry_ids: tuple[str, ...] = ()
        for dated in opening:
            change = dated.change
            if change.plan_key is not None:
                baseline, plan, since = change.prices, change.plan_key, date.fromordinal(dated.day)
                negotiated, entry_ids = {}, change.entry_ids
            else:
                negotiated.update(change.prices)
                for seat_type in change.listed:
                    del negotiated[seat_type]
                entry_ids += change.entry_ids
        catalog = self._versions(plan, date.fromordinal(day), baseline, since)
        return {**baseline, **catalog, **negotiated}, entry_ids

    def _versions(
        self, plan: str, until: date, baseline: Mapping[str, PriceTerms], since: date
    ) -> dict[str, PriceTerms]:
        """Catalog prices by a date: newer than the baseline where a type has one, else the first ever."""
        if not self.terms.price_versions:
            return {}
        prices: dict[str, PriceTerms] = {}
        for version in sorted(self.terms.price_versions, key=lambda one: one.effective_from):
            seat_type, starts = version.seat_type, version.effective_from
            if version.plan_key != plan or (seat_type in baseline and starts <= since):
                continue
            if starts <= until or (seat_type not in prices and seat_type not in baseline):
                prices[seat_type] = version.price
        return prices

    def check_prices(self, seat_types: Iterable[str]) -> None:
        """
        Seats without a price are refused rather than given away.

        :raises PriceMissing: if a seat type of the first plan has none
        """
        prices, _ = self.prices_at(self.terms.starts_on.toordinal(), ())
        for seat_type in seat_types:
            if seat_type not in prices:
                raise PriceMissing(
                    f"There is no price for “{seat_type}” in {self.terms.currency} for this "
                    "interval. Publish one."
                )

    def policy_at(self, day: int) -> PolicyTerms:
        """The policy version in force on a day; the earliest before any."""
        versions: Iterable[PolicyVersion] = self.terms.policies
        for dated in self.changes:
            if dated.day <= day and dated.change.policies:
                versions = dated.change.policies
        return policy_in_force(versions, date.fromordinal(day))

    def interval_at(self, day: int) -> Interval:
        interval = self.terms.interval
        for dated in self.changes:
            if dated.day <= day and dated.change.interval:
                interval = dated.change.interval
        return interval

    def interval_changes(self) -> list[tuple[int, Interval]]:
        """Days on which the interval becomes another one."""
        interval, found = self.terms.interval, []
        for dated in self.changes:
            if dated.change.interval and dated.change.interval != interval:
                interval = dated.change.interval
                found.append((dated.day, interval))
        return found

    def commitment_at(self, day: int) -> Mapping[str, int]:
        """Seats committed by type; a commitment ends with its term."""
        months = self.terms.term_months
        if months and date.fromordinal(day) >= add_months(self.terms.starts_on, months):
            return {}
        return self.terms.commitment


def policy_in_force(versions: Iterable[PolicyVersion], day: date) -> PolicyTerms:
    """
    The last version that took effect by the day; before all of them the first.

    :raises PolicyMissing: without any version
    """
    ordered = sorted(versions, key=lambda version: version.effective_from or date.min)
    if not ordered:
        raise PolicyMissing("There is no seat policy for this plan and interval. Publish one.")
    standing = [one for one in ordered if (one.effective_from or date.min) <= day]
    return (standing or ordered)[-1 if standing else 0].policy
