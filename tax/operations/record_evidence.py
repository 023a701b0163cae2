"""Record where customers are and what they are, as versions; ask the register about new numbers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from accounts.models import Customer
from tax.calc.tax_number import number_country, plain_number
from tax.enums import EvidenceKind, TaxIdCheckState, TaxIdRegister
from tax.models import LocationEvidence, TaxIdCheck
from tax.records.tax_id_form import TaxIdMalformed, check_form

Newest = Mapping[str, LocationEvidence]


@dataclass(frozen=True, slots=True)
class Said:
    """What a version of evidence would hold."""

    kind: str
    country: str = ""
    region: str = ""
    postal_code: str = ""
    number: str = ""
    is_business: bool = True

    def differs_from(self, row: LocationEvidence | None) -> bool:
        if row is None:
            return self.kind != EvidenceKind.TAX_ID or bool(self.number)
        return any(getattr(row, name) != getattr(self, name) for name in self.__slots__)


def record_evidence(
    *, customers: Sequence[Customer], source: str, by: User | None = None, at: datetime
) -> None:
    """
    Append a version wherever the customer's columns differ from the newest one; else nothing.

    A new number is asked about: a pending check, or an answer at once where its form is wrong.
    A fixed number of queries for any number of customers.
    """
    newest = newest_versions(customers)
    changed = [
        version_of(customer, said, newest[customer.pk], source=source, by=by, at=at)
        for customer in customers
        for said in said_by(customer)
        if said.differs_from(newest[customer.pk].get(said.kind))
    ]
    LocationEvidence.objects.bulk_create(changed)
    if numbers := [one for one in changed if one.kind == EvidenceKind.TAX_ID and one.number]:
        ask_about(numbers, at=at)


def said_by(customer: Customer) -> Iterable[Said]:
    yield Said(
        EvidenceKind.BILLING_ADDRESS,
        country=customer.country,
        region=customer.region,
        postal_code=customer.postal_code,
        is_business=customer.is_business,
    )
    yield Said(
        EvidenceKind.TAX_ID,
        country=customer.country,
        number=plain_number(customer.tax_number),
        is_business=customer.is_business,
    )


def newest_versions(
    customers: Iterable[Customer],
) -> defaultdict[UUID, dict[str, LocationEvidence]]:
    found: defaultdict[UUID, dict[str, LocationEvidence]] = defaultdict(dict)
    rows = (
        LocationEvidence.objects.filter(customer__in=customers)
        .order_by("customer_id", "kind", "-version")
        .distinct("customer_id", "kind")
    )
    for row in rows:
        found[row.customer_id][row.kind] = row
    return found


def version_of(
    customer: Customer,
    said: Said,
    newest: Newest,
    *,
    source: str,
    by: User | None,
    at: datetime,
) -> LocationEvidence:
    before = newest.get(said.kind)
    return LocationEvidence(
        customer=customer,
        kind=said.kind,
        version=before.version + 1 if before else 1,
        country=said.country,
        region=said.region,
        postal_code=said.postal_code,
        number=said.number,
        is_business=said.is_business,
        source=source,
        recorded_by=by,
        recorded_at=at,
    )


def ask_about(pieces: Sequence[LocationEvidence], *, at: datetime) -> None:
    """A check for each number nobody asked about for its customer; two hands ask once."""
    asked = set(
        TaxIdCheck.objects.filter(customer__in=[one.customer_id for one in pieces])
        .order_by()
        .values_list("customer_id", "number")
    )
    checks = [
        check_of(piece, at=at) for piece in pieces if (piece.customer_id, piece.number) not in asked
    ]
    TaxIdCheck.objects.bulk_create(checks, ignore_conflicts=True)


def check_of(piece: LocationEvidence, *, at: datetime) -> TaxIdCheck:
    """Pending at the register; a number that cannot be one is answered by its form."""
    country = number_country(piece.number, default=piece.country)
    asked: dict[str, Any] = {
        "customer_id": piece.customer_id, "number": piece.number, "country": country, "asked_at": at,
    }  # fmt: skip
    try:
        check_form(country=country, number=piece.number)
    except TaxIdMalformed as refusal:
        return TaxIdCheck(
            **asked,
            register=TaxIdRegister.FORM,
            state=TaxIdCheckState.INVALID,
            answered_at=at,
            last_error=refusal.message[:300],
        )
    return TaxIdCheck(**asked, register=TaxIdRegister.VIES, next_attempt_at=at)


def declare_place(
    *,
    customer: Customer,
    country: str,
    region: str = "",
    postal_code: str = "",
    source: str,
    by: User | None = None,
    at: datetime,
) -> LocationEvidence:
    """Where the customer says it uses the product: a second piece of evidence."""
    said = Said(
        EvidenceKind.DECLARED_PLACE, country, region, postal_code, is_business=customer.is_business
    )
    return append(customer, said, source=source, by=by, at=at)


def record_card_country(
    *, customer: Customer, country: str, source: str, by: User | None = None, at: datetime
) -> LocationEvidence:
    """The country of the card it pays with."""
    said = Said(EvidenceKind.CARD_COUNTRY, country, is_business=customer.is_business)
    return append(customer, said, source=source, by=by, at=at)


def record_gst_statement(
    *, customer: Customer, source: str, by: User | None = None, at: datetime
) -> LocationEvidence:
    """Its statement that it is registered for GST, kept beside its ABN."""
    said = Said(
        EvidenceKind.GST_STATEMENT,
        customer.country,
        number=plain_number(customer.tax_number),
        is_business=customer.is_business,
    )
    return append(customer, said, source=source, by=by, at=at)


def append(
    customer: Customer, said: Said, *, source: str, by: User | None, at: datetime
) -> LocationEvidence:
    newest = newest_versions([customer])[customer.pk]
    piece = version_of(customer, said, newest, source=source, by=by, at=at)
    piece.save()
    return piece
