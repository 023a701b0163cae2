"""Where each billing entity is registered for tax, who files there and how."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tax.models import TaxRegistration


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """A registration on a day. `is_valid`: it holds on that day."""

    id: UUID
    entity: str
    jurisdiction: str
    scheme: str
    number: str
    valid_from: date
    valid_to: date | None
    is_valid: bool
    frequency: str
    currency: str
    owner: str
    note: str


def registration_rows(*, on: date) -> tuple[RegistrationRow, ...]:
    """All of them, those that hold first. One query."""
    rows = TaxRegistration.objects.select_related("billing_entity", "owner").order_by(
        "billing_entity__code", "jurisdiction", "scheme", "valid_from"
    )
    found = [registration_row(one, on=on) for one in rows]
    return tuple(sorted(found, key=lambda row: (row.entity, not row.is_valid)))


def registration_row(row: TaxRegistration, *, on: date) -> RegistrationRow:
    return RegistrationRow(
        id=row.pk,
        entity=row.billing_entity.code,
        jurisdiction=row.jurisdiction,
        scheme=row.get_scheme_display(),
        number=row.number,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        is_valid=row.valid_from <= on and (row.valid_to is None or row.valid_to >= on),
        frequency=row.get_filing_frequency_display(),
        currency=row.currency,
        owner=row.owner.get_username() if row.owner else "",
        note=row.note,
    )
