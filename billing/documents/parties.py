"""Seller and buyer as printed, from the snapshots an invoice took when it was finalized."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel import Locale

from billing.documents import formats
from billing.documents.phrases import Phrases, tax_name
from billing.documents.sheet import Fact, Party
from billing.documents.tax_ids import VAT_COUNTRIES, TaxId


def seller_party(
    seller: Mapping[str, Any],
    *,
    words: Phrases,
    locale: Locale,
    registrations: Sequence[TaxId] = (),
) -> Party:
    """Who sells, with its registrations; those the taxes were charged under come by name."""
    return Party(
        name=seller["legal_name"],
        contact=formats.nonempty(seller["email"]),
        address=postal_address(seller, locale=locale),
        facts=known_facts(
            (tax_label(seller["country"], words), seller["vat_id"]),
            *((registration_label(one, words), one.number) for one in registrations),
            (words.registration_number, seller["registration_number"]),
        ),
    )


def buyer_party(buyer: Mapping[str, Any], *, words: Phrases, locale: Locale) -> Party:
    """Who pays: the billing owners by name, the address, the tax number as given."""
    return Party(
        name=buyer["legal_name"],
        contact=tuple(owner["name"] for owner in buyer["billing_owners"]),
        address=postal_address(buyer, locale=locale),
        facts=known_facts((tax_label(buyer["country"], words), buyer["tax_number"])),
    )


def postal_address(party: Mapping[str, Any], *, locale: Locale) -> tuple[str, ...]:
    place = formats.city_lines(
        postal_code=party["postal_code"],
        city=party["city"],
        region=party["region"],
        country=party["country"],
    )
    country = formats.country_name(party["country"], locale=locale)
    return formats.nonempty(party["address_line1"], party["address_line2"], *place, country)


def tax_label(country: str, words: Phrases) -> str:
    return words.vat_id if country in VAT_COUNTRIES else words.tax_id


def registration_label(one: TaxId, words: Phrases) -> str:
    """ "VAT number GB", "QST number QC"."""
    name = tax_name(one.tax, one.jurisdiction, words)
    return words.tax_registration.format(name=name, place=one.jurisdiction.split("-")[-1])


def known_facts(*pairs: tuple[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(label, value) for label, value in pairs if value)


def imprint(seller: Party) -> str:
    """The seller in one line, for the foot of every page. It breaks between parts only."""
    facts = (f"{fact.label} {fact.value}" for fact in seller.facts)
    parts = (seller.name, *seller.address, *facts)
    return " · ".join(formats.unbroken(part) for part in parts)
