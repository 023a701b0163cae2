"""What the pile of exceptions says: a week unlike the others, a package nobody buys at its price."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

USUAL_WEEKS = 12
LEAST_IN_A_WEEK = 3
DEVIATIONS = 3
LEAST_CUSTOMERS = 3


@dataclass(frozen=True, slots=True)
class Spike:
    """A team or a package whose last seven days are unlike its usual weeks."""

    name: str
    this_week: int
    usual: Fraction

    @property
    def usual_words(self) -> str:
        """A number of requests a week with one decimal: "0.3"."""
        tenths = round(self.usual * 10)
        return f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True, slots=True)
class Departure:
    """One approved price beside the list: whose, of which package, how far off in percent."""

    package: str
    customer: str
    percent_off: Fraction | None


@dataclass(frozen=True, slots=True)
class PackagingSignal:
    """A package that several customers only bought below its price."""

    package: str
    requests: int
    customers: int
    typical_percent: Fraction | None

    @property
    def percent_words(self) -> str:
        return "" if self.typical_percent is None else f"{round(self.typical_percent)} %"


def spikes(weeks: Mapping[str, Sequence[int]]) -> tuple[Spike, ...]:
    """
    Names whose newest week stands out; each name has the newest week first, then its usual weeks.

    Counts of rare things vary by about the root of their mean: a week stands out when it has at
    least three requests, twice the usual, and lies three such roots above it. Largest first.
    """
    found = []
    for name, (newest, *before) in weeks.items():
        usual = Fraction(sum(before), len(before)) if before else Fraction(0)
        if stands_out(newest, usual):
            found.append(Spike(name, newest, usual))
    return tuple(sorted(found, key=lambda one: (-(one.this_week - one.usual), one.name)))


def stands_out(newest: int, usual: Fraction) -> bool:
    if newest < LEAST_IN_A_WEEK or newest < 2 * usual:
        return False
    return (newest - usual) ** 2 > DEVIATIONS**2 * usual


def packaging_signals(departures: Iterable[Departure]) -> tuple[PackagingSignal, ...]:
    """Packages that at least three customers got below list; the typical percentage is the median."""
    by_package: dict[str, list[Departure]] = {}
    for one in departures:
        by_package.setdefault(one.package, []).append(one)
    found = []
    for package, rows in by_package.items():
        customers = {row.customer for row in rows}
        if package and len(customers) >= LEAST_CUSTOMERS:
            percents = [row.percent_off for row in rows if row.percent_off is not None]
            found.append(PackagingSignal(package, len(rows), len(customers), median(percents)))
    return tuple(sorted(found, key=lambda one: (-one.customers, -one.requests, one.package)))


def median(values: Sequence[Fraction]) -> Fraction | None:
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
