"""The versions a packet rests on: prices, policies, where the customer was, who was registered."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser

from billing.models import Price, SeatPolicy
from billing.queries.tax_trace import TaxTrace
from tax.models import LocationEvidence, TaxRegistration


@dataclass(frozen=True, slots=True)
class PriceVersion:
    """Tiers in minor units of `currency`. With a subscription it was negotiated for it alone."""

    id: UUID
    plan: str
    seat_type: str
    version: int
    currency: str
    interval: str
    mode: str
    tiers: list[dict[str, Any]]
    included: int
    subscription: str
    effective_from: date
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """`settings` holds what differs from the defaults of docs/terms.md."""

    id: UUID
    plan: str
    version: int
    interval: str
    settings: dict[str, Any]
    effective_from: date
    published_at: datetime
    published_by: str
    note: str


@dataclass(frozen=True, slots=True)
class LocationRow:
    """One version of one piece of evidence of where the customer is."""

    id: UUID
    kind: str
    version: int
    country: str
    region: str
    postal_code: str
    number: str
    source: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """The right to charge a tax; `valid_to` None: still valid."""

    id: UUID
    seller: str
    jurisdiction: str
    scheme: str
    number: str
    valid_from: date
    valid_to: date | None


def price_versions(price_ids: Collection[UUID]) -> tuple[PriceVersion, ...]:
    """One query."""
    rows = Price.objects.filter(pk__in=price_ids).select_related(
        "seat_type__plan", "subscription", "published_by"
    )
    return tuple(
        PriceVersion(
            id=row.pk,
            plan=row.seat_type.plan.name,
            seat_type=row.seat_type.name,
            version=row.version,
            currency=row.currency,
            interval=interval_words(row.interval_count, row.interval_unit),
            mode=row.mode,
            tiers=row.tiers,
            included=row.included,
            subscription=row.subscription.external_id if row.subscription else "",
            effective_from=row.effective_from,
            published_at=row.published_at,
            published_by=name_of(row.published_by),
        )
        for row in rows.order_by("effective_from", "seat_type", "version", "pk")
    )


def policy_versions(policy_ids: Collection[UUID]) -> tuple[PolicyVersion, ...]:
    """One query."""
    rows = SeatPolicy.objects.filter(pk__in=policy_ids).select_related("plan", "published_by")
    return tuple(
        PolicyVersion(
            id=row.pk,
            plan=row.plan.name,
            version=row.version,
            interval=interval_words(row.interval_count, row.interval_unit),
            settings=row.settings,
            effective_from=row.effective_from,
            published_at=row.published_at,
            published_by=name_of(row.published_by),
            note=row.note,
        )
        for row in rows.order_by("effective_from", "plan", "version", "pk")
    )


def location_rows(taxes: Iterable[TaxTrace]) -> tuple[LocationRow, ...]:
    """The pieces the tax decisions name; one query."""
    named = {key for tax in taxes for key in tax.inputs.get("buyer", {}).get("evidence", ())}
    rows = LocationEvidence.objects.filter(pk__in=named).order_by("kind", "version")
    return tuple(
        LocationRow(
            id=row.pk,
            kind=row.kind,
            version=row.version,
            country=row.country,
            region=row.region,
            postal_code=row.postal_code,
            number=row.number,
            source=row.source,
            recorded_at=row.recorded_at,
        )
        for row in rows
    )


def registration_rows(invoice_ids: Collection[UUID]) -> tuple[RegistrationRow, ...]:
    """Those the taxes of the documents were charged under; one query."""
    rows = TaxRegistration.objects.filter(taxes__invoice__in=invoice_ids).distinct()
    return tuple(
        RegistrationRow(
            id=row.pk,
            seller=row.billing_entity.code,
            jurisdiction=row.jurisdiction,
            scheme=row.scheme,
            number=row.number,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in rows.select_related("billing_entity").order_by("jurisdiction", "pk")
    )


def interval_words(count: int, unit: str) -> str:
    """ "month", "3 months"."""
    return unit if count == 1 else f"{count} {unit}s"


def name_of(user: AbstractBaseUser | None) -> str:
    return user.get_username() if user else ""
