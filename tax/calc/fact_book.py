"""The dated facts determination looks up: rates, taxability, territories. Empty answers stay visible."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tax.calc.types import Jurisdiction, Place, Rate, TaxableShare, Territory

EU_VAT_AREA = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)  # Directive 2006/112/EC art. 5(2)


REGIONS: Mapping[str, frozenset[str]] = {
    "CA": frozenset(["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]),
    "US": frozenset(
        [
            "AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID",
            "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC",
            "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD",
            "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
        ]
    ),
}  # fmt: skip
FEDERAL = frozenset(REGIONS)
COUNTRY_PREFIX = re.compile(r"^[A-Z]{1,3}-")


def plain_postal_code(written: str) -> str:
    """Without blanks and without a country in front: "D-78 266" is 78266."""
    return COUNTRY_PREFIX.sub("", written.replace(" ", "").upper())


def holds_on(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)


@dataclass(frozen=True, slots=True)
class FactBook:
    """Facts by jurisdiction; rates also by postal code ("" for the whole jurisdiction)."""

    rates: Mapping[tuple[str, str], Sequence[Rate]] = field(default_factory=dict)
    taxability: Mapping[str, Sequence[TaxableShare]] = field(default_factory=dict)
    territories: Mapping[str, Sequence[Territory]] = field(default_factory=dict)

    def rate(self, jurisdiction: str, tax: str, *, kind: str, day: date) -> Rate | None:
        """The rate of a tax for a kind of buyer; one written for the kind goes before "any"."""
        return self._best(self.rates.get((jurisdiction, ""), ()), kind=kind, day=day, tax=tax)

    def local_rate(self, jurisdiction: str, postal_code: str, *, day: date) -> Rate | None:
        """What a postal code adds to the jurisdiction's rate."""
        found = self.rates.get((jurisdiction, postal_code), ()) if postal_code else ()
        return next((one for one in found if holds_on(one.valid_from, one.valid_to, day)), None)

    def taxable_share(self, jurisdiction: str, *, kind: str, day: date) -> TaxableShare | None:
        found = [
            one
            for one in self.taxability.get(jurisdiction, ())
            if one.buyer_kind in {kind, "any"} and holds_on(one.valid_from, one.valid_to, day)
        ]
        return min(found, key=lambda one: one.buyer_kind == "any", default=None)

    def jurisdiction_of(self, place: Place) -> Jurisdiction:
        """Territories first, then states and provinces of federal countries, then the country."""
        territory = self._territory(place)
        if territory:
            code = territory.jurisdiction
            return Jurisdiction(
                code, code.split("-", maxsplit=1)[0], territory.name, territory.in_eu_vat_area
            )
        is_federal = place.country in FEDERAL and bool(place.region)
        code = f"{place.country}-{place.region}" if is_federal else place.country
        return Jurisdiction(code, place.country, code, place.country in EU_VAT_AREA)

    def _territory(self, place: Place) -> Territory | None:
        postal_code = plain_postal_code(place.postal_code)
        for one in self.territories.get(place.country, ()):
            if not one.postal_from:
                return one
            head = postal_code[: len(one.postal_from)]
            if postal_code and one.postal_from <= head <= one.postal_to:
                return one
        return None

    @staticmethod
    def _best(rates: Iterable[Rate], *, kind: str, day: date, tax: str) -> Rate | None:
        found = [
            one
            for one in rates
            if one.tax == tax
            and one.buyer_kind in {kind, "any"}
            and holds_on(one.valid_from, one.valid_to, day)
        ]
        return min(found, key=lambda one: one.buyer_kind == "any", default=None)
