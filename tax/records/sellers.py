"""Billing entities with their registrations and signed markets, as determination sees them."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from tax.calc.types import Market, Registration, Seller
from tax.enums import MissingLocalRate, ThresholdState, UnverifiedTaxId
from tax.models import BillingEntity, MarketChecklist, TaxRegistration, ThresholdPosition


def load_sellers(entity_ids: Collection[UUID]) -> dict[UUID, Seller]:
    """Three queries for any number of billing entities."""
    crossed = thresholds_crossed(entity_ids)
    registrations = defaultdict(list)
    for row in TaxRegistration.objects.filter(billing_entity__in=entity_ids):
        registrations[row.billing_entity_id].append(
            Registration(
                key=str(row.pk),
                jurisdiction=row.jurisdiction,
                scheme=row.scheme,
                number=row.number,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
        )
    return {
        entity.pk: Seller(
            country=entity.country,
            region=entity.region.strip().upper(),
            vat_id=entity.vat_id,
            registrations=tuple(registrations[entity.pk]),
            crossed=frozenset(crossed[entity.pk]),
            charges_unverified=entity.unverified_tax_id == UnverifiedTaxId.CHARGE,
            state_rate_alone=entity.missing_local_rate == MissingLocalRate.STATE_ONLY,
            pieces_needed=entity.location_evidence_pieces,
            taxes_eu_consumers_at_home=entity.taxes_eu_consumers_at_home,
            engine=entity.tax_engine,
        )
        for entity in BillingEntity.objects.filter(pk__in=entity_ids)
    }


def load_markets(entity_ids: Collection[UUID]) -> dict[tuple[UUID, str], Market]:
    """Checklists by billing entity and market."""
    rows = MarketChecklist.objects.filter(billing_entity__in=entity_ids)
    return {
        (row.billing_entity_id, row.market): Market(
            code=row.market, is_signed=row.signed_off_at is not None, tax_due=row.tax_due
        )
        for row in rows
    }


def thresholds_crossed(entity_ids: Collection[UUID]) -> defaultdict[UUID, set[str]]:
    """Where an entity's sales passed a threshold without a registration, as last measured."""
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    rows = ThresholdPosition.objects.filter(
        billing_entity__in=entity_ids, state=ThresholdState.CROSSED
    ).order_by()
    for entity_id, jurisdiction in rows.values_list("billing_entity", "threshold__jurisdiction"):
        found[entity_id].add(jurisdiction)
    return found
