"""The records determination works on. Rates and shares are parts per million: 1 % is 10,000 ppm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

WHOLE_PPM = 1_000_000

NumberState = Literal["none", "pending", "valid", "invalid"]
BuyerKind = Literal["business", "consumer"]


@dataclass(frozen=True, slots=True)
class Registration:
    """The right to charge in a jurisdiction, both days included; `key` is its row."""

    key: str
    jurisdiction: str
    scheme: str
    number: str
    valid_from: date
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Seller:
    """
    A billing entity. `crossed` are jurisdictions whose registration threshold its sales passed.

    `pieces_needed` of location evidence must agree for EU consumers (1 or 2).
    """

    country: str
    region: str = ""
    vat_id: str = ""
    registrations: tuple[Registration, ...] = ()
    crossed: frozenset[str] = frozenset()
    charges_unverified: bool = False
    state_rate_alone: bool = False
    pieces_needed: int = 2
    taxes_eu_consumers_at_home: bool = False
    engine: str = "builtin"


@dataclass(frozen=True, slots=True)
class Place:
    country: str
    region: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Frees from tax in a jurisdiction, both days included; `reason` stands on the invoice."""

    jurisdiction: str
    number: str
    reason: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Buyer:
    """
    A customer as its evidence shows it. `pieces` are the countries of its pieces of evidence,
    `evidence` the ids of the versions they were read from.

    `number_state` is what the register said of `tax_number`; `gst_statement`: it stated in writing
    that it is registered for GST.
    """

    place: Place
    is_business: bool = True
    tax_number: str = ""
    number_state: NumberState = "none"
    gst_statement: bool = False
    pieces: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] = ()

    @property
    def kind(self) -> BuyerKind:
        return "business" if self.is_business else "consumer"


@dataclass(frozen=True, slots=True)
class Market:
    """What Finance signed for this seller there; `tax_due`: due, businesses_only, below_threshold, not_due."""

    code: str
    is_signed: bool
    tax_due: str = "due"


@dataclass(frozen=True, slots=True)
class Rate:
    """A percentage that holds from `valid_from` to `valid_to`, both included."""

    tax: str
    rate_ppm: int
    valid_from: date
    valid_to: date | None
    source: str
    buyer_kind: str = "any"


@dataclass(frozen=True, slots=True)
class TaxableShare:
    """Whether seats are taxed somewhere: `answer` taxable, not_taxable or unsure."""

    answer: str
    share_ppm: int
    valid_from: date
    valid_to: date | None
    source: str
    buyer_kind: str = "any"
    has_local_rates: bool = False


@dataclass(frozen=True, slots=True)
class Territory:
    """Postal codes of a country with a tax of their own; empty codes: the whole country."""

    postal_from: str
    postal_to: str
    jurisdiction: str
    name: str
    in_eu_vat_area: bool


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Where a place is for tax: "DE", "ES-CN", "US-TX". `country` leads its rules."""

    code: str
    country: str
    name: str
    in_eu_vat_area: bool


@dataclass(frozen=True, slots=True)
class TaxPart:
    """One tax on the decided lines: the rate on `share_ppm` of the amount."""

    tax: str
    jurisdiction: str
    rate_ppm: int = 0
    share_ppm: int = WHOLE_PPM
    registration: Registration | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """
    How lines are taxed, why, and what the invoice must say.

    `rule` is stable for machines, `words` for staff; `note` names a text of `legal_texts` with its
    `note_facts`. Untaxed treatments have one part at rate 0.
    """

    treatment: str
    category_code: str
    rule: str
    words: str
    parts: tuple[TaxPart, ...]
    note: str = ""
    note_facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why no decision can be made, and the way out."""

    code: str
    message: str


Outcome = Decision | Hold
