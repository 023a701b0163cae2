"""What rating is given and what it answers: frozen records, no behavior. Amounts are minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from billing.calc.interval import Interval, parse_interval
from billing.calc.policy import PolicyInvalid, PolicyTerms, canonical_settings, parse_policy
from billing.calc.pricing import PriceTerms, Tier
from kernel.period import Period

__all__ = [
    "BilledSpan",
    "Formula",
    "Interval",
    "LedgerFact",
    "PolicyInvalid",
    "PolicyTerms",
    "PolicyVersion",
    "PriceTerms",
    "PriceVersion",
    "RatedSpan",
    "RatingInput",
    "RatingResult",
    "SeatState",
    "SubscriptionTerms",
    "TermsChange",
    "Tier",
    "canonical_settings",
    "parse_interval",
    "parse_policy",
]


class SeatState(StrEnum):
    ASSIGNED = "assigned"
    INVITED = "invited"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    INACTIVE = "inactive"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class LedgerFact:
    """
    A ledger entry: `quantity` seats of a type go from a state (None: new) to another.

    `set_to`: so many active seats from that instant, whatever came before.
    `corrects`: the entry this one replaces; with `void` it replaces it by nothing.
    `from_grantee`: who held the seat before, where it was given to `grantee` (None: to nobody).
    """

    entry_id: str
    event_id: str
    position: int
    kind: str
    seat_type: str
    effective_at: datetime
    recorded_at: datetime
    from_state: str | None
    to_state: str | None
    quantity: int
    set_to: int | None = None
    grantee: str | None = None
    corrects: str | None = None
    void: bool = False
    from_grantee: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """The version in force at a period's first day governs that period. None: since the start."""

    effective_from: date | None
    policy: PolicyTerms


@dataclass(frozen=True, slots=True)
class PriceVersion:
    """A catalog price; takes effect at the first period that starts on or after its date."""

    effective_from: date
    seat_type: str
    price: PriceTerms
    plan_key: str = ""


@dataclass(frozen=True, slots=True)
class TermsChange:
    """
    A price or plan change of this subscription; takes effect at its instant.

    With a `plan_key` the prices are the whole new plan and replace all others; without, only those named change.
    For seat types in `listed` the catalog's prices count again, also those published later.
    With `void` it was taken back: it has no effect, and its entries explain what that undid.
    """

    entry_ids: tuple[str, ...]
    event_id: str
    position: int
    effective_at: datetime
    recorded_at: datetime
    prices: Mapping[str, PriceTerms]
    policies: tuple[PolicyVersion, ...] | None = None
    interval: Interval | None = None
    plan_key: str | None = None
    void: bool = False
    listed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SubscriptionTerms:
    """
    What was bought. Dates are local to `timezone`; `seat_types` are in the order lines show them.

    `prices` hold at the start and may be left out where `price_versions` say the same;
    versions of prices and policies need not be sorted.
    """

    key: str
    currency: str
    timezone: str
    starts_on: date
    interval: Interval
    seat_types: tuple[str, ...]
    policies: tuple[PolicyVersion, ...]
    prices: Mapping[str, PriceTerms] = field(default_factory=dict)
    ends_on: date | None = None
    anchor_day: int | None = None
    plan_key: str = ""
    price_versions: tuple[PriceVersion, ...] = ()
    commitment: Mapping[str, int] = field(default_factory=dict)
    term_months: int | None = None


@dataclass(frozen=True, slots=True)
class BilledSpan:
    """What was rated before; its period is found again by `period.first`."""

    span_id: str
    period: Period
    seat_type: str
    charges: Mapping[str, int]
    kind: str
    entry_ids: tuple[str, ...] = ()
    quantity: int = 0
    line_ref: str = ""
    price_key: str = ""
    unit_price_minor: int = 0


@dataclass(frozen=True, slots=True)
class RatingInput:
    """
    Everything a rating may know.

    `touched_from`: earliest local date that can have changed; periods that ended by then are left alone.
    `settled_through`: local date of the last rating's instant; periods that ended by then are settled.
    `joins_draft`: rated again as of an instant already rated; what came late joins that open invoice.
    `reopened`: first dates of periods whose invoice was voided; they are billed anew, not adjusted.
    Without `settled_through`, a period is settled once a later one was billed, and `touched_from` alone is the limit.
    """

    terms: SubscriptionTerms
    facts: tuple[LedgerFact, ...]
    changes: tuple[TermsChange, ...]
    billed: tuple[BilledSpan, ...]
    as_of: datetime
    touched_from: date | None = None
    settled_through: date | None = None
    joins_draft: bool = False
    reopened: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Formula:
    """The arithmetic of a line as a record of JSON types; `formula_words` reads it."""

    record: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return dict(self.record)


@dataclass(frozen=True, slots=True)
class RatedSpan:
    """
    A charge or credit: one invoice line and all that explains it.

    `units`/`of_units` is the share of one interval; `charges` adds up to `amount_minor`.
    """

    period: Period
    basis: str
    kind: str
    seat_type: str
    price_key: str
    policy_key: str
    quantity: int
    seat_days: int
    unit_price_minor: int
    span: Period
    units: int
    of_units: int
    amount_minor: int
    entry_ids: tuple[str, ...]
    charges: Mapping[str, int]
    due_at: datetime
    formula: Formula
    corrects: tuple[str, ...] = ()
    disposition: str = "invoice"
    from_at: datetime | None = None
    to_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RatingResult:
    """
    Spans due by `as_of`, when there is work again (None: never), and seats by type and state.

    `next_regular_at`: when the current period ends; work before it is due early.
    """

    spans: tuple[RatedSpan, ...]
    next_due_at: datetime | None
    seats: Mapping[str, Mapping[str, int]]
    next_regular_at: datetime | None = None
