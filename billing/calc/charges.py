"""What a period should cost, charge by charge: the records between simulation and reconciliation."""

from dataclasses import dataclass

from billing.calc.fraction import ShareClock
from billing.calc.layers import Part
from billing.calc.periods import BillingPeriod
from billing.calc.policy import PolicyTerms
from kernel.period import Period


@dataclass(slots=True)
class Cause:
    """
    What made a charge: when it happened and was known (seconds), and the entries that say so.

    `steps`: where several changes made it, when each happened and was known, in order.
    """

    at: int
    known: int
    ids: tuple[str, ...]
    steps: tuple[int, ...] = ()

    @property
    def second(self) -> int:
        return max(self.at, self.known)


@dataclass(slots=True)
class Charge:
    """
    One expected charge under its stable key; `amount` in signed minor units.

    `first` to `after` are ticks; `due` is a second; one that `rides` goes on any invoice issued earlier.
    One that `is_deferred` may be due after its period's end. `seat_price` is set where every seat costs
    the same. A credit that `is_capped` would give back more than was charged.
    """

    key: str
    kind: str
    seat_type: str
    price_key: str
    quantity: int
    unit_price: int
    seat_price: int | None
    parts: list[Part]
    amount: int
    first: int
    after: int
    cause: Cause
    due: int = 0
    rides: bool = False
    disposition: str = "invoice"
    is_increase: bool = False
    is_deferred: bool = False
    is_shown_at_zero: bool = False
    is_capped: bool = False
    seat_days: int | None = None


@dataclass(slots=True)
class PeriodContext:
    """
    A billing period with all that governs it. `first`, `after` and `cut` are ticks of its clock.

    What happened by second `opens_until` and has effect by tick `opens_tick` is part of the opening.
    `cut_cause`: why it was cut short.
    """

    period: BillingPeriod
    policy: PolicyTerms
    clock: ShareClock
    zone: str
    first: int
    after: int
    cut: int
    start_second: int
    cut_second: int
    opens_until: int
    opens_tick: int
    opens_due: int
    cut_cause: Cause | None = None
    dates: Period | None = None

    @property
    def whole_period(self) -> Period:
        """The period's dates, made once."""
        if self.dates is None:
            self.dates = self.period.period
        return self.dates
