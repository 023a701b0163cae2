"""Seller and buyer as EN 16931 knows them, from an invoice's snapshots and the registrations used."""

from collections.abc import Mapping, Sequence
from typing import Any

from billing.documents.tax_ids import TaxId, buyer_tax_id

EMAIL_SCHEME = "EM"


def seller_terms(
    seller: Mapping[str, Any], ids: Sequence[TaxId], *, outside_scope: bool
) -> dict[str, Any]:
    """
    BG-4. The VAT id used comes first; a number that is no VAT id is the tax registration (BT-32).

    Outside the scope of VAT no VAT id may be stated (BR-O-02); the seller's code and its entry in
    the register identify it (BR-CO-26).
    """
    vat = [one.number for one in ids if one.is_vat_id]
    local = [one.number for one in ids if not one.is_vat_id]
    terms = {
        **address_terms(seller),
        "name": seller["legal_name"],
        "identifiers": {None: seller["code"]},
        "legal_identifier": seller["registration_number"],
        "vat_identifier": "".join(vat[0].split()) if vat and not outside_scope else "",
        "tax_identifier": local[0] if local else "",
    }
    if seller["email"]:
        terms |= endpoint(seller["email"])
        terms["contacts"] = [{"name": seller["legal_name"], "email": seller["email"]}]
    return filled(terms)


def buyer_terms(buyer: Mapping[str, Any], *, outside_scope: bool) -> dict[str, Any]:
    """
    BG-7. A number that is no VAT id, or may not be stated as one outside the scope of VAT
    (BR-O-02), is written as the buyer's legal registration (BT-47).
    """
    tax_id = buyer_tax_id(buyer)
    owners = [owner for owner in buyer["billing_owners"] if owner["email"]]
    terms = {
        **address_terms(buyer),
        "name": buyer["legal_name"],
        "identifiers": {None: buyer["external_id"]},
    }
    if tax_id.is_vat_id and not outside_scope:
        terms["vat_identifier"] = "".join(tax_id.number.split())
    else:
        terms["legal_identifier"] = tax_id.number
    if owners:
        terms |= endpoint(owners[0]["email"])
        terms["contacts"] = [{"name": owners[0]["name"], "email": owners[0]["email"]}]
    return filled(terms)


def address_terms(party: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "addr_l1": party["address_line1"],
        "addr_l2": party["address_line2"],
        "postcode": party["postal_code"],
        "city": party["city"],
        "country_subdivision": party["region"],
        "country_code": party["country"],
    }


def endpoint(email: str) -> dict[str, Any]:
    """The electronic address (BT-34, BT-49) by the scheme for e-mail."""
    return {"einvoicing_addr": email, "einvoicing_addr_schemeid": EMAIL_SCHEME}


def filled(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in terms.items() if value}
