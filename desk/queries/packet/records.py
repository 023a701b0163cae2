"""The packet itself: its sections in the order they are shown, printed and written."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from desk.queries.packet.approvals import ApprovalRow, ViewRow
from desk.queries.packet.corrections import CreditNoteRow, RelatedDocument, VoidRow
from desk.queries.packet.invoices import PacketInvoice
from desk.queries.packet.ledger import PacketEvent, PacketLedger
from desk.queries.packet.money import PacketMoney
from desk.queries.packet.recovery import PacketRecovery
from desk.queries.packet.subject import Asked
from desk.queries.packet.versions import (
    LocationRow,
    PolicyVersion,
    PriceVersion,
    RegistrationRow,
)


@dataclass(frozen=True, slots=True)
class PacketOwner:
    """A person who receives and settles invoices, as known now."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class PacketCustomer:
    """Who pays, as it is now; how it was then is on each invoice."""

    id: UUID
    external_id: str
    legal_name: str
    country: str
    is_business: bool
    language: str
    time_zone: str
    paper: str
    owners: tuple[PacketOwner, ...]


@dataclass(frozen=True, slots=True)
class StorySentence:
    """One sentence. `where` names the section that proves it, `about` the row there."""

    at: datetime
    day: date
    kind: str
    sentence: str
    where: str
    about: str


@dataclass(frozen=True, slots=True)
class Packet:
    """
    Everything about some documents of one customer, as known at `made_at`.

    `redacted`: persons stand under pseudonyms. `absent` names what was looked for and is not there,
    so that nobody takes silence for proof: preview_not_stored, no_visit_recorded, ledger_not_whole.
    """

    format: str
    made_at: datetime
    redacted: bool
    asked: Asked
    customer: PacketCustomer
    story_language: str
    story: tuple[StorySentence, ...]
    invoices: tuple[PacketInvoice, ...]
    events: tuple[PacketEvent, ...]
    ledger: PacketLedger
    prices: tuple[PriceVersion, ...]
    policies: tuple[PolicyVersion, ...]
    location: tuple[LocationRow, ...]
    registrations: tuple[RegistrationRow, ...]
    approvals: tuple[ApprovalRow, ...]
    related: tuple[RelatedDocument, ...]
    credit_notes: tuple[CreditNoteRow, ...]
    voids: tuple[VoidRow, ...]
    money: PacketMoney
    recovery: PacketRecovery
    views: tuple[ViewRow, ...]
    absent: tuple[str, ...]
