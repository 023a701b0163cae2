"""Evidence: a version for every change, none for none, and a question for every new number."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from tax.models import LocationEvidence, TaxIdCheck
from tax.operations.record_evidence import (
    declare_place,
    record_card_country,
    record_evidence,
    record_gst_statement,
)
from tests.seatworld import START, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    return make_customer(None, "acme")


def change(customer, **values):
    Customer.objects.filter(pk=customer.pk).update(**values)
    customer.refresh_from_db()
    record_evidence(customers=[customer], source="test", at=START)


def versions(kind):
    rows = LocationEvidence.objects.filter(kind=kind).order_by("version")
    return [(row.version, row.country, row.number) for row in rows]


def test_the_first_look_records_the_address_and_no_number(acme):
    change(acme)
    change(acme)

    assert versions("billing_address") == [(1, "DE", "")]
    assert versions("tax_id") == []


def test_every_change_is_a_version_and_withdrawing_a_number_too(acme):
    change(acme, tax_number="DE 136 695 976")
    change(acme, country="AT")
    change(acme, tax_number="")

    assert versions("billing_address") == [(1, "DE", ""), (2, "AT", "")]
    assert versions("tax_id") == [(1, "DE", "DE136695976"), (2, "AT", "DE136695976"), (3, "AT", "")]


def test_a_number_is_asked_about_once(acme):
    change(acme, tax_number="DE136695976")
    change(acme, tax_number="")
    change(acme, tax_number="DE136695976")

    (check,) = TaxIdCheck.objects.all()
    assert (check.number, check.country, check.state) == ("DE136695976", "DE", "pending")


def test_a_number_that_cannot_be_one_is_answered_by_its_form(acme):
    change(acme, tax_number="DE136695978")

    (check,) = TaxIdCheck.objects.all()
    assert (check.register, check.state, check.answered_at) == ("form", "invalid", START)
    assert "“DE136695978” is no tax id of DE" in check.last_error


def test_other_pieces_are_versions_of_their_own(acme):
    declare_place(customer=acme, country="DE", source="portal", at=START)
    declare_place(customer=acme, country="AT", source="portal", at=START)
    record_card_country(customer=acme, country="DE", source="card", at=START)
    record_gst_statement(customer=acme, source="form", at=START)

    assert versions("declared_place") == [(1, "DE", ""), (2, "AT", "")]
    assert versions("card_country") == [(1, "DE", "")]
    assert versions("gst_statement") == [(1, "DE", "")]


def test_fifty_customers_take_as_many_queries_as_one(acme):
    others = [make_customer(None, f"c{number}") for number in range(50)]
    Customer.objects.update(tax_number="DE136695976")

    def queries(customers):
        for one in customers:
            one.refresh_from_db()
        with CaptureQueriesContext(connection) as captured:
            record_evidence(customers=customers, source="test", at=START)
        return len(captured)

    assert queries([acme]) == queries(others)


@pytest.mark.parametrize("name", ["update", "delete"])
def test_evidence_is_append_only(acme, name):
    change(acme)
    rows = LocationEvidence.objects.all()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(country="FR") if name == "update" else rows.delete()
