"""The tax panel of a customer: evidence with its age, the register's answers, papers, market and holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import Customer
from desk.queries.tax_holds import HoldRow, open_holds_of
from desk.queries.tax_markets import MarketCodes
from tax.models import ExemptionCertificate, LocationEvidence, MarketChecklist, TaxIdCheck

VERSIONS_SHOWN = 5
CHECKS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One version of a piece. `counts`: it is the newest of its kind."""

    kind: str
    version: int
    says: str
    source: str
    by: str
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A question to a register. `next_attempt_at` while it waits."""

    id: UUID
    number: str
    register: str
    state: str
    words: str
    asked_at: datetime
    answered_at: datetime | None
    answered_by: str
    consultation_number: str
    name: str
    attempts: int
    next_attempt_at: datetime | None
    last_error: str

    @property
    def is_pending(self) -> bool:
        return self.state == "pending"


@dataclass(frozen=True, slots=True)
class CertificateRow:
    id: UUID
    jurisdiction: str
    kind: str
    number: str
    reason: str
    valid_from: date
    valid_to: date
    verified_by: str
    verified_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class MarketOfCustomer:
    """`code` is the market its invoices count for; `checklist_id` None: nobody started one."""

    code: str
    checklist_id: UUID | None
    is_signed: bool
    tax_due: str


@dataclass(frozen=True, slots=True)
class CustomerTax:
    is_business: bool
    evidence: tuple[EvidenceRow, ...]
    checks: tuple[CheckRow, ...]
    certificates: tuple[CertificateRow, ...]
    market: MarketOfCustomer | None
    holds: Sequence[HoldRow]


def customer_tax(customer_id: UUID, *, on: date) -> CustomerTax:
    """Nine queries, however long the history is."""
    customer = Customer.objects.select_related("seller_assignment").get(pk=customer_id)
    return CustomerTax(
        is_business=customer.is_business,
        evidence=evidence_rows(customer_id),
        checks=check_rows(customer_id),
        certificates=certificate_rows(customer_id, on=on),
        market=market_of(customer),
        holds=open_holds_of(customer_id=customer_id),
    )


def evidence_rows(customer_id: UUID) -> tuple[EvidenceRow, ...]:
    """The newest versions of each kind, newest first."""
    place = Window(RowNumber(), partition_by=["kind"], order_by=F("version").desc())
    rows = (
        LocationEvidence.objects.filter(customer=customer_id)
        .annotate(place=place)
        .filter(place__lte=VERSIONS_SHOWN)
        .select_related("recorded_by")
        .order_by("kind", "-version")
    )
    seen: set[str] = set()
    found = []
    for row in rows:
        found.append(evidence_row(row, counts=row.kind not in seen))
        seen.add(row.kind)
    return tuple(found)


def evidence_row(row: LocationEvidence, *, counts: bool) -> EvidenceRow:
    return EvidenceRow(
        kind=row.get_kind_display(),
        version=row.version,
        says=evidence_words(row),
        source=row.source,
        by=row.recorded_by.get_username() if row.recorded_by else "",
        at=row.recorded_at,
        counts=counts,
    )


def evidence_words(row: LocationEvidence) -> str:
    if row.kind == "tax_id":
        return row.number or "Withdrawn"
    if row.kind == "gst_statement":
        return "It is registered for GST"
    place = " ".join(part for part in (row.postal_code, row.region, row.country) if part)
    who = "" if row.kind != "billing_address" or row.is_business else ", buys as a consumer"
    return (place or "No place") + who


def check_rows(customer_id: UUID) -> tuple[CheckRow, ...]:
    rows = TaxIdCheck.objects.filter(customer=customer_id).select_related("answered_by")
    return tuple(
        CheckRow(
            id=one.pk,
            number=one.number,
            register=one.get_register_display(),
            state=one.state,
            words=one.get_state_display(),
            asked_at=one.asked_at,
            answered_at=one.answered_at,
            answered_by=one.answered_by.get_username() if one.answered_by else "",
            consultation_number=one.consultation_number,
            name=one.name,
            attempts=one.attempts,
            next_attempt_at=one.next_attempt_at,
            last_error=one.last_error,
        )
        for one in rows.order_by("-asked_at", "-pk")[:CHECKS_SHOWN]
    )


def certificate_rows(customer_id: UUID, *, on: date) -> tuple[CertificateRow, ...]:
    rows = ExemptionCertificate.objects.filter(customer=customer_id).select_related("verified_by")
    return tuple(
        CertificateRow(
            id=one.pk,
            jurisdiction=one.jurisdiction,
            kind=one.get_kind_display(),
            number=one.number,
            reason=one.reason,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            verified_by=one.verified_by.get_username() if one.verified_by else "",
            verified_at=one.verified_at,
            state=certificate_state(one, on=on),
        )
        for one in rows
    )


def certificate_state(certificate: ExemptionCertificate, *, on: date) -> str:
    """What it does today, in a word."""
    if certificate.verified_at is None:
        return "not verified"
    if on < certificate.valid_from:
        return "not yet"
    return "counts" if on <= certificate.valid_to else "expired"


def market_of(customer: Customer) -> MarketOfCustomer | None:
    """A state's own checklist goes before its country's. None without a seller."""
    assignment = getattr(customer, "seller_assignment", None)
    if assignment is None:
        return None
    entity_id, code = MarketCodes.load().key(
        assignment.billing_entity_id, customer.country, customer.region
    )
    found = MarketChecklist.objects.filter(billing_entity=entity_id, market=code).first()
    if found is None:
        return MarketOfCustomer(code, None, False, "")
    is_signed = found.signed_off_at is not None
    return MarketOfCustomer(code, found.pk, is_signed, found.get_tax_due_display())
