"""What a customer says of itself is evidence at once, whichever door it comes through."""

import json

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse

from accounts.models import Customer
from config.celery import app as celery_app
from tax.models import LocationEvidence, TaxIdCheck

assert celery_app.main  # tasks a page starts go to the embedded Redis; nobody takes them here

NUMBER = "DE136695976"
NO_OWNERS = {"billing_owners-TOTAL_FORMS": "0", "billing_owners-INITIAL_FORMS": "0"}


@pytest.fixture
def analyst(db):
    user = User.objects.create_user("ana", is_staff=True)
    user.groups.add(StaffRoleGroup.objects.get(name="analyst"))
    client = Client()
    client.force_login(user)
    return client


def pieces(customer):
    rows = LocationEvidence.objects.filter(customer=customer).order_by("kind", "version")
    return [(row.kind, row.version, row.country, row.number, row.source) for row in rows]


def test_a_customer_of_the_api_has_evidence_and_its_number_is_asked_about(world):
    body = {
        "external_id": "globex", "legal_name": "Globex GmbH", "country": "DE", "currency": "EUR",
        "tax_number": NUMBER, "is_business": True, "place_of_use": "AT",
    }  # fmt: skip

    answer = Client(headers={"Authorization": f"Bearer {world.key}"}).post(
        "/api/v1/customers", json.dumps(body), content_type="application/json"
    )

    assert answer.status_code == 201
    assert pieces(Customer.objects.get(external_id="globex")) == [
        ("billing_address", 1, "DE", "", "API"),
        ("declared_place", 1, "AT", "", "API"),
        ("tax_id", 1, "DE", NUMBER, "API"),
    ]
    assert TaxIdCheck.objects.get().state == "pending"


def test_what_is_saved_in_the_admin_is_evidence_by_who_saved_it(world, analyst):
    customer = world.customer
    form = {name: value for name, value in model_to_dict(customer).items() if value is not None}
    address = reverse("admin:accounts_customer_change", args=[customer.pk])

    saved = analyst.post(
        address, {**form, **NO_OWNERS, "address_line1": "1 Weg", "tax_number": NUMBER}
    )

    assert saved.status_code == 302
    assert [(kind, number) for kind, _, _, number, _ in pieces(customer)] == [
        ("billing_address", ""), ("tax_id", NUMBER),
    ]  # fmt: skip
    newest = LocationEvidence.objects.get(kind="tax_id")
    assert (newest.source, newest.recorded_by.username) == ("admin", "ana")
    assert TaxIdCheck.objects.get().number == NUMBER
