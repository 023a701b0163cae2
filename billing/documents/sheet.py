"""The sheet: every word and number of a document, ready to print. Nothing is computed after it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Party:
    """The seller or the buyer as printed."""

    name: str
    contact: tuple[str, ...]
    address: tuple[str, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Headings of the table of lines."""

    description: str
    period: str
    quantity: str
    unit_price: str
    amount: str


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line; `position` is its number in API and trace, `shares` what of it is whose."""

    position: str
    description: str
    formula: str
    period: str
    quantity: str
    unit_price: str
    amount: str
    shares: str = ""


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """The lines of one plan and seat type; `total` is empty when a single line says it already."""

    title: str
    plan: str
    lines: tuple[SheetLine, ...]
    total_label: str
    total: str


@dataclass(frozen=True, slots=True)
class Headline:
    """What the reader looks for first."""

    label: str
    amount: str
    note: str


@dataclass(frozen=True, slots=True)
class Payment:
    """What the reader has to do now."""

    heading: str
    sentence: str
    facts: tuple[Fact, ...]
    questions: str


@dataclass(frozen=True, slots=True)
class PolicyNote:
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole document. All values are finished text in the customer's language.

    `logo_png` is the seller's logo in base64, which stands at the head if it is there;
    `kind_style` is "long" where the kind's name needs smaller letters, `sums_style` "fitted" where
    the sums name taxes and their bases.
    """

    language: str
    paper: str
    accent_color: str
    title: str
    author: str
    issued_at: str
    kind: str
    number: str
    seller: Party
    buyer_heading: str
    buyer: Party
    facts: tuple[Fact, ...]
    headline: Headline
    columns: Columns
    groups: tuple[SheetGroup, ...]
    sums: tuple[Fact, ...]
    due: Fact
    tax_notes: tuple[str, ...]
    payment: Payment
    policies_heading: str
    policies: tuple[PolicyNote, ...]
    imprint: str
    page_word: str
    of_word: str
    logo_png: str = ""
    kind_style: str = ""
    sums_style: str = ""
