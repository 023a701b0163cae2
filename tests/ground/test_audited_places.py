"""Every address is classified: it shows personal data, or it does not."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from config.audit.addresses import ADMIN, TABLES
from config.audit.places import kind_of, place_of

DOORS = {"desk", "api", "pay", "portal", "scim", "admin", ""}


def names(patterns, door="") -> Iterator[tuple[str, str]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from names(one.url_patterns, one.namespace or door)
        elif isinstance(one, URLPattern):
            yield door, one.name or ""


ALL = sorted(set(names(get_resolver().url_patterns)))


def test_every_address_of_the_desk_the_admin_the_api_and_the_pay_page_is_classified():
    unknown = [
        f"{door}:{name}"
        for door, name in ALL
        if door in DOORS and (door or name) and not kind_of(door, name)[1]
    ]

    assert unknown == [], "say in config/audit/places.py whether they show personal data"


def test_the_tables_name_no_address_that_is_gone():
    there = {(door, name) for door, name in ALL}
    listed = {(door, name) for door in DOORS - {"admin"} for name in TABLES[door]}
    listed |= {("admin", name) for name in ADMIN}

    assert sorted(listed - there) == []


def test_what_nobody_classified_is_taken_as_personal():
    assert kind_of("desk", "a_page_of_tomorrow") == ("unclassified", False)
    assert kind_of("admin", "billing_tomorrow_changelist") == ("unclassified", False)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/desk/", ("desk:home", False, "home", "")),
        ("/desk/customers/", ("desk:customers", True, "customer", "")),
        ("/desk/invoices/2026-001/", ("desk:invoice", True, "invoice", "2026-001")),
        ("/admin/accounts/grantee/7/change/", ("admin:accounts_grantee_change", True, "grantee", "7")),
        ("/admin/billing/price/", ("admin:billing_price_changelist", False, "billing_price_changelist", "")),
        ("/api/v1/invoices/7/pdf", ("api:invoice_pdf", True, "invoice", "7")),
        ("/pay/secret/", ("pay:case", True, "dunningcase", "")),
    ],
)  # fmt: skip
def test_an_address_says_whose_data_it_shows(address, expected):
    place = place_of(resolve(address))

    assert (place.name, place.is_personal, place.subject_kind, place.subject_id) == expected
