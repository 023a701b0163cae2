"""Exchange rates around some days: what an amount is in another currency, and by whose rate."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_territory_currencies

from kernel.money import exponent_of
from tax.models import ExchangeRate

BASE = "EUR"
OLDEST = timedelta(days=7)  # banks publish on working days; over holidays the last rate stands
RATE_DECIMALS = Decimal("0.00000001")
EURO_SINCE = {"BG": date(2026, 1, 1)}  # Council Decision of July 2025, younger than Babel's CLDR
Published = tuple[date, Decimal, str]


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in another currency's minor units, one unit's rate, and where it was read."""

    minor: int
    rate: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class ExchangeBook:
    """Rates of EUR by currency, in the order of their days."""

    rates: Mapping[str, list[Published]]

    def convert(self, minor: int, *, currency: str, into: str, day: date) -> Converted | None:
        """By the last rates up to the day, a week old at most; None when one is missing."""
        if currency == into:
            return Converted(minor, Decimal(1), "")
        have, want = self.published(currency, day), self.published(into, day)
        if have is None or want is None:
            return None
        rate = (want[1] / have[1]).quantize(RATE_DECIMALS)
        scale = Decimal(10) ** (exponent_of(into) - exponent_of(currency))
        amount = (minor * rate * scale).to_integral_value(rounding=ROUND_HALF_UP)
        named = want if into != BASE else have
        return Converted(int(amount), rate, f"{named[2]}, {named[0]}")

    def published(self, currency: str, day: date) -> Published | None:
        if currency == BASE:
            return day, Decimal(1), ""
        found = self.rates.get(currency, [])
        after = bisect_right([one[0] for one in found], day)
        if not after or found[after - 1][0] < day - OLDEST:
            return None
        return found[after - 1]


def load_exchange_book(*, currencies: Collection[str], days: Collection[date]) -> ExchangeBook:
    """One query, and none when only euros are asked for."""
    rates: defaultdict[str, list[Published]] = defaultdict(list)
    wanted = set(currencies) - {BASE}
    if wanted and days:
        rows = ExchangeRate.objects.filter(
            base=BASE, quote__in=wanted, day__gte=min(days) - OLDEST, day__lte=max(days)
        ).order_by("day")
        for row in rows:
            rates[row.quote].append((row.day, row.rate, row.source))
    return ExchangeBook(rates)


def national_currency(country: str, day: date) -> str:
    """The currency a country had on a day, by CLDR; of two, the one that came last."""
    if country in EURO_SINCE and day >= EURO_SINCE[country]:
        return BASE
    return str(get_territory_currencies(country, start_date=day, end_date=day)[-1])
