"""What staff see and do about customers' people: who was let in, and whose issuer vouches for whom."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from accounts.gateways.sealed import unseal
from accounts.models import BillingOwner, CustomerIdentityProvider, PortalMail
from accounts.operations.register_customer import register_customer
from accounts.queries.identity_providers import PURPOSE
from tests.accounts.test_ownership_is_offered import NOW

pytestmark = pytest.mark.django_db
ADD = "admin:accounts_customeridentityprovider_add"


@pytest.fixture
def acme():
    return register_customer(
        external_id="acme", legal_name="Acme Ltd", country="IE", currency="EUR",
        billing_owner_name="Olga Ober", billing_owner_email="olga@acme.example", at=NOW,
    )  # fmt: skip


def said(customer, **more):
    return {
        "customer": customer.pk, "issuer": "https://id.acme.example/", "client_id": "seatledger",
        "client_secret": "a secret", "domain_names": "ACME.example\nacme.org", "is_active": "on",
        **more,
    }  # fmt: skip


def test_the_customer_page_says_who_was_let_into_the_portal(as_role, acme):
    page = as_role("support").get(reverse("desk:customer", args=[acme.pk]))

    assert "not invited to the portal" in page.text


def test_staff_invite_the_billing_owner(as_role, acme):
    owner = acme.billing_owners.get()
    place = reverse("admin:accounts_billingowner_invite_to_portal", args=[owner.pk])

    as_role("analyst").post(place, {"_form_submitted": "1"})

    assert BillingOwner.objects.get().user.email == "olga@acme.example"
    assert PortalMail.objects.get().kind == "welcome"


def test_an_administrator_sets_up_a_customers_issuer_and_its_secret_is_sealed(as_role, acme):
    client = as_role("administrator")

    assert client.post(reverse(ADD), said(acme)).status_code == 302

    made = CustomerIdentityProvider.objects.get()
    assert sorted(made.domains.values_list("domain", flat=True)) == ["acme.example", "acme.org"]
    assert unseal(made.sealed_secret, purpose=PURPOSE) == "a secret"
    page = client.get(reverse("admin:accounts_customeridentityprovider_change", args=[made.pk]))
    assert "a secret" not in page.text
    assert made.sealed_secret not in page.text


def test_an_empty_secret_stays_and_domains_follow_the_list(as_role, acme):
    client = as_role("administrator")
    client.post(reverse(ADD), said(acme))
    made = CustomerIdentityProvider.objects.get()
    place = reverse("admin:accounts_customeridentityprovider_change", args=[made.pk])

    client.post(place, said(acme, client_secret="", domain_names="acme.org"))

    made.refresh_from_db()
    assert unseal(made.sealed_secret, purpose=PURPOSE) == "a secret"
    assert [one.domain for one in made.domains.all()] == ["acme.org"]


def test_a_domain_of_another_customer_is_refused(as_role, acme):
    client = as_role("administrator")
    client.post(reverse(ADD), said(acme))
    other = register_customer(
        external_id="other", legal_name="Other Ltd", country="IE", currency="EUR", at=NOW
    )

    answer = client.post(reverse(ADD), said(other, domain_names="acme.org"))

    assert "of another customer" in answer.text
    assert CustomerIdentityProvider.objects.count() == 1


def test_other_roles_neither_see_nor_set_up_issuers(as_role):
    assert as_role("approver").get(reverse(ADD)).status_code == 403


def test_customers_people_are_led_from_the_desk_to_the_portal(client):
    client.force_login(User.objects.create_user("olga@acme.example"))

    for place in ("/", "/desk/", "/account/"):
        assert client.get(place).headers["Location"].startswith("/portal/")
