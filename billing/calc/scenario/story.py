"""What a scenario file says, once it is read: frozen records. Amounts are minor units, instants UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from billing.calc.interval import Interval
from billing.calc.pricing import PriceTerms


@dataclass(frozen=True, slots=True)
class SeatTypeStory:
    """A seat type with its price; `limit` None: no limit by the plan."""

    code: str
    price: PriceTerms
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class PlanStory:
    """A plan to sell; seat types are in the order of invoice lines."""

    code: str
    interval: Interval
    seat_types: tuple[SeatTypeStory, ...]


@dataclass(frozen=True, slots=True)
class RegistrationStory:
    """Where the seller may charge tax; both days included, open where None."""

    jurisdiction: str
    scheme: str = "local"
    number: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class SellerStory:
    """Who sells; without one no tax is determined."""

    country: str
    region: str = ""
    vat_id: str = ""
    registrations: tuple[RegistrationStory, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerStory:
    """Who buys; `tax_number_state` is what the register says of the number: valid, invalid, pending."""

    country: str = "DE"
    region: str = ""
    postal_code: str = ""
    is_business: bool = True
    tax_number: str = ""
    tax_number_state: str = "pending"


@dataclass(frozen=True, slots=True)
class SubscriptionStory:
    """What is bought, from a local date on."""

    starts_on: date
    seats: Mapping[str, int]
    anchor_day: int | None = None
    term_months: int | None = None
    commitment: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventStory:
    """
    An event and when it arrives. `said` holds the fields of the incoming event that were given.

    `repeats` names an earlier event that is delivered again; `plan` is the plan a plan change brings.
    """

    id: str
    at: datetime
    kind: str = ""
    effective_at: datetime | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    plan: PlanStory | None = None
    repeats: str = ""


@dataclass(frozen=True, slots=True)
class Expectations:
    """What must come out. None: nothing is said about it."""

    lines_include: tuple[Mapping[str, Any], ...] = ()
    last_invoice_total: Decimal | None = None
    invoices: tuple[Mapping[str, Any], ...] | None = None
    seats: Mapping[str, int] | None = None
    refusals: tuple[Mapping[str, Any], ...] | None = None
    held: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A whole scenario file. `policy` holds the settings as given, checked."""

    id: str
    about: str
    source: str
    currency: str
    timezone: str
    seller: SellerStory | None
    customer: CustomerStory
    plan: PlanStory
    policy: Mapping[str, object]
    subscription: SubscriptionStory
    events: tuple[EventStory, ...]
    until: datetime
    expect: Expectations

    @property
    def plans(self) -> tuple[PlanStory, ...]:
        """The plan bought, then those that plan changes bring."""
        return (self.plan, *(event.plan for event in self.events if event.plan))
