"""Customers as their evidence shows them: the newest version of each piece, the newest check."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple, cast
from uuid import UUID

from accounts.models import Customer
from tax.calc.tax_number import plain_number
from tax.calc.types import Buyer, Certificate, NumberState, Place
from tax.enums import EvidenceKind, TaxIdCheckState
from tax.models import ExemptionCertificate, LocationEvidence, TaxIdCheck

OTHER_PLACES = (EvidenceKind.CARD_COUNTRY, EvidenceKind.DECLARED_PLACE)


class Piece(NamedTuple):
    """The newest version of a piece of evidence."""

    pk: UUID
    country: str


Pieces = dict[str, Piece]


def load_buyers(customers: Collection[Customer]) -> dict[UUID, Buyer]:
    """
    Three queries for any number of customers.

    Address and number are the customer's own columns, whose every change is a version of evidence;
    other places are the newest version of theirs.
    """
    customer_ids = [customer.pk for customer in customers]
    pieces: defaultdict[UUID, Pieces] = defaultdict(dict)
    newest = (
        LocationEvidence.objects.filter(customer__in=customer_ids)
        .order_by("customer_id", "kind", "-version")
        .distinct("customer_id", "kind")
        .values_list("customer_id", "kind", "pk", "country")
    )
    for customer_id, kind, pk, country in newest:
        pieces[customer_id][kind] = Piece(pk, country)
    states = number_states(customer_ids)
    certificates = load_certificates(customer_ids)
    return {
        customer.pk: buyer_of(
            customer,
            pieces[customer.pk],
            states=states,
            certificates=certificates[customer.pk],
        )
        for customer in customers
    }


def number_states(customer_ids: Collection[UUID]) -> dict[tuple[UUID, str], str]:
    """What the register last said of each number of a customer; it stands while asked again."""
    found: dict[tuple[UUID, str], str] = {}
    checks = TaxIdCheck.objects.filter(customer__in=customer_ids).order_by("asked_at", "id")
    for customer_id, number, state in checks.values_list("customer_id", "number", "state"):
        if state != TaxIdCheckState.PENDING or (customer_id, number) not in found:
            found[customer_id, number] = state
    return found


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
    customer: Customer,
    pieces: Pieces,
    *,
    states: Mapping[tuple[UUID, str], str],
    certificates: tuple[Certificate, ...],
) -> Buyer:
    number = plain_number(customer.tax_number)
    state = states.get((customer.pk, number), "pending") if number else "none"
    elsewhere = [pieces[kind].country for kind in OTHER_PLACES if kind in pieces]
    return Buyer(
        place=Place(
            customer.country, customer.region.strip().upper(), customer.postal_code.strip()
        ),
        is_business=customer.is_business,
        tax_number=number,
        number_state=cast(NumberState, state),
        gst_statement=EvidenceKind.GST_STATEMENT in pieces,
        pieces=(customer.country, *filter(None, elsewhere)),
        evidence=tuple(str(piece.pk) for _, piece in sorted(pieces.items())),
        certificates=certificates,
    )
