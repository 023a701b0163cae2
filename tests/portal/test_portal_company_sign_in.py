"""A customer's own issuer of identities: whom it vouches for, and where nothing else will do."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from accounts.gateways.sealed import seal
from accounts.models import (
    AuditEntry,
    BillingOwner,
    CustomerIdentityProvider,
    Grantee,
    IdentityDomain,
)
from accounts.operations.register_customer import register_customer
from accounts.queries.identity_providers import PURPOSE
from tests.accounts.signin.issuer import Issuer
from tests.accounts.test_ownership_is_offered import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def process():
    issuer = Issuer()
    yield issuer
    issuer.stop()


@pytest.fixture
def acme():
    return register_customer(
        external_id="acme", legal_name="Acme Ltd", country="IE", currency="EUR",
        billing_owner_name="Olga Ober", billing_owner_email="olga@acme.example", at=NOW,
    )  # fmt: skip


@pytest.fixture
def provider(acme, process) -> CustomerIdentityProvider:
    made = CustomerIdentityProvider.objects.create(
        customer=acme, issuer=process.address, client_id="seatledger",
        sealed_secret=seal("a secret", purpose=PURPOSE),
    )  # fmt: skip
    IdentityDomain.objects.create(provider=made, domain="acme.example")
    process.knows("olga-1", email="olga@acme.example", email_verified=True)
    return made


def come_in(client, process, provider, subject="olga-1"):
    there = client.post(
        f"/sign-in/with/{provider.provider_id}/?process=login", {"next": "/portal/"}
    )
    assert there.status_code == 302, there.content
    return client.get(process.agrees(there["Location"], subject))


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_an_address_of_its_domain_leads_to_the_customers_issuer(client, provider):
    answer = client.post("/portal/sign-in/", {"email": "Anybody@ACME.example"})

    assert answer.headers["Location"].startswith(f"/portal/sign-in/with/{provider.pk}/")
    page = client.get(answer.headers["Location"])
    assert "Acme Ltd signs its people in itself" in page.text
    assert provider.issuer in page.headers["Content-Security-Policy"]


def test_whom_the_customer_knows_gets_an_account_and_comes_in(client, process, provider, acme):
    answer = come_in(client, process, provider)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    owner = BillingOwner.objects.get(customer=acme)
    assert owner.user.email == "olga@acme.example"
    assert SocialAccount.objects.get(user=owner.user).provider == provider.provider_id
    assert client.get(f"/portal/c/{acme.pk}/").status_code == 200


def test_strangers_other_domains_staff_and_unverified_addresses_stay_out(client, process, provider):
    User.objects.create_user("ana", "ana@acme.example", is_staff=True)
    process.knows("a", email="nobody@acme.example", email_verified=True)
    process.knows("b", email="olga@elsewhere.example", email_verified=True)
    process.knows("c", email="ana@acme.example", email_verified=True)
    process.knows("d", email="olga@acme.example", email_verified=False)

    for subject in "abcd":
        assert come_in(client, process, provider, subject).status_code == 403
        assert not is_in(client)

    told = AuditEntry.objects.filter(action="sign_in_refused").order_by("sequence")
    assert [one.detail["reason"] for one in told] == [
        "person_unknown", "person_outside_domains", "address_of_staff", "person_unknown",
    ]  # fmt: skip


def test_where_it_is_required_another_session_is_sent_there(client, process, provider, acme):
    come_in(client, process, provider)
    user = BillingOwner.objects.get(customer=acme).user
    client.logout()
    CustomerIdentityProvider.objects.update(is_required=True)
    client.force_login(user)

    answer = client.get(f"/portal/c/{acme.pk}/")
    assert answer.headers["Location"].startswith(f"/portal/sign-in/with/{provider.pk}/?next=")

    come_in(client, process, provider)
    assert client.get(f"/portal/c/{acme.pk}/").status_code == 200


def test_switched_off_it_vouches_for_nobody(client, provider):
    CustomerIdentityProvider.objects.update(is_active=False)

    assert client.post(f"/sign-in/with/{provider.provider_id}/?process=login").status_code == 404
    assert client.post("/portal/sign-in/", {"email": "olga@acme.example"}).headers["Location"] == (
        "/portal/sign-in/sent/"
    )


def test_a_person_of_another_customer_is_no_first_timer_here(client, process, provider):
    other = register_customer(
        external_id="other", legal_name="Other Ltd", country="IE", currency="EUR", at=NOW
    )
    Grantee.objects.create(external_id="udo", name="Udo", email="udo@acme.example")
    BillingOwner.objects.create(customer=other, name="Udo", email="udo@acme.example")
    process.knows("udo-1", email="udo@acme.example", email_verified=True)

    assert come_in(client, process, provider, "udo-1").status_code == 403


@pytest.mark.parametrize(
    ("constraint", "domain"),
    [
        ("identity_domain_of_one_provider", "acme.example"),
        ("identity_domain_is_lower_case", "ACME.example"),
        ("identity_domain_is_lower_case", "olga@acme.example"),
    ],
)
def test_a_domain_is_of_one_issuer_and_in_lower_case(provider, constraint, domain):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        IdentityDomain.objects.create(provider=provider, domain=domain)
