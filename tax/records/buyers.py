"""Customers as their evidence shows them: the newest version of each piece, the newest check."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import cast
from uuid import UUID

from tax.calc.tax_number import plain_number
from tax.calc.types import Buyer, Certificate, NumberState, Place
from tax.enums import EvidenceKind
from tax.models import ExemptionCertificate, LocationEvidence, TaxIdCheck

PLACES = (EvidenceKind.BILLING_ADDRESS, EvidenceKind.CARD_COUNTRY, EvidenceKind.DECLARED_PLACE)
Pieces = dict[str, LocationEvidence]


def load_buyers(customer_ids: Collection[UUID]) -> dict[UUID, Buyer]:
    """Three queries for any number of customers; without an address the place is empty."""
    pieces: defaultdict[UUID, Pieces] = defaultdict(dict)
    newest = (
        LocationEvidence.objects.filter(customer__in=customer_ids)
        .order_by("customer", "kind", "-version")
        .distinct("customer", "kind")
    )
    for piece in newest:
        pieces[piece.customer_id][piece.kind] = piece
    states = number_states(customer_ids)
    certificates = load_certificates(customer_ids)
    return {
        one: buyer_of(pieces[one], states=states, certificates=certificates[one], customer_id=one)
        for one in customer_ids
    }


def number_states(customer_ids: Collection[UUID]) -> dict[tuple[UUID, str], str]:
    """What the register last said of each number of a customer."""
    newest = (
        TaxIdCheck.objects.filter(customer__in=customer_ids)
        .order_by("customer", "number", "-asked_at", "-id")
        .distinct("customer", "number")
    )
    return {(one.customer_id, one.number): one.state for one in newest}


def load_certificates(
    customer_ids: Collection[UUID],
) -> defaultdict[UUID, tuple[Certificate, ...]]:
    """Verified ones; a certificate nobody verified frees nobody."""
    found: defaultdict[UUID, tuple[Certificate, ...]] = defaultdict(tuple)
    rows = ExemptionCertificate.objects.filter(
        customer__in=customer_ids, verified_at__isnull=False
    ).order_by("valid_from")
    for row in rows:
        found[row.customer_id] += (
            Certificate(row.jurisdiction, row.number, row.reason, row.valid_from, row.valid_to),
        )
    return found


def buyer_of(
    pieces: Pieces,
    *,
    states: Mapping[tuple[UUID, str], str],
    certificates: tuple[Certificate, ...],
    customer_id: UUID,
) -> Buyer:
    address = pieces.get(EvidenceKind.BILLING_ADDRESS)
    tax_id = pieces.get(EvidenceKind.TAX_ID)
    number = plain_number(tax_id.number) if tax_id else ""
    state = states.get((customer_id, number), "pending") if number else "none"
    return Buyer(
        place=place_of(address),
        is_business=address.is_business if address else True,
        tax_number=number,
        number_state=cast(NumberState, state),
        gst_statement=EvidenceKind.GST_STATEMENT in pieces,
        pieces=countries(pieces.get(kind) for kind in PLACES),
        certificates=certificates,
    )


def place_of(address: LocationEvidence | None) -> Place:
    if address is None:
        return Place("")
    return Place(address.country, address.region.strip().upper(), address.postal_code.strip())


def countries(pieces: Iterable[LocationEvidence | None]) -> tuple[str, ...]:
    return tuple(piece.country for piece in pieces if piece and piece.country)
