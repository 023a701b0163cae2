"""The pages on which the billing owner gives and takes rights, and hands the ownership over."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, BillingOwner, OwnershipTransfer
from accounts.operations.person_with_address import person_with_address
from accounts.operations.queue_portal_mail import send_portal_mail
from accounts.operations.register_customer import register_customer
from tests.accounts.test_ownership_is_offered import NOW
from tests.portal.test_portal_sign_in import link_in_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    return register_customer(
        external_id="acme", legal_name="Acme Ltd", country="IE", currency="EUR",
        billing_owner_name="Olga Ober", billing_owner_email="olga@acme.example", at=NOW,
    )  # fmt: skip


@pytest.fixture
def olga(acme) -> Client:
    person = person_with_address(email="olga@acme.example", name="Olga Ober")
    acme.billing_owners.update(user=person)
    client = Client()
    client.force_login(person)
    return client


def place(name: str, customer, *more) -> str:
    return reverse(f"portal:{name}", args=[customer.pk, *more])


def told(customer) -> list[str]:
    """What the trail says was changed for the customer, oldest first."""
    rows = AuditEntry.objects.filter(customer_id=customer.pk, action="changed")
    return [one.actor_label for one in rows.order_by("sequence")]


def offer_token() -> str:
    """As it stands in the mail that was sent."""
    send_portal_mail(at=timezone.now())
    return re.search(r"/portal/ownership/link/([\w-]+)/", mail.outbox[-1].body)[1]


def test_somebody_is_let_in_and_ended_with_its_consequences_and_on_the_trail(acme, olga):
    olga.post(place("rights", acme), {"name": "Bea Buch", "email": "bea@books.example"})
    bea = BillingOwner.objects.get(email="bea@books.example")

    page = olga.get(place("rights_end", acme, bea.pk))
    olga.post(place("rights_end", acme, bea.pk))

    assert "Invoices do not go to bea@books.example" in page.text
    assert "Bea Buch does not manage billing any more" in olga.get(place("rights", acme)).text
    assert not BillingOwner.objects.get(pk=bea.pk).manages_billing
    assert told(acme) == ["olga@acme.example", "olga@acme.example"]


def test_an_offer_is_shown_and_withdrawn(acme, olga):
    form = {"name": "Nina Neu", "email": "nina@acme.example"}

    olga.post(place("ownership_offer", acme), form)
    shown = olga.get(place("rights", acme)).text
    again = olga.post(place("ownership_offer", acme), form).text
    olga.post(place("ownership_withdraw", acme))

    assert "The ownership is offered to <strong>Nina Neu</strong>" in shown
    assert "before you make another offer" in again
    assert OwnershipTransfer.objects.get().state == "withdrawn"


def test_only_whom_it_is_for_finds_the_offer(acme, olga):
    olga.post(place("ownership_offer", acme), {"name": "Nina Neu", "email": "nina@acme.example"})
    offer = OwnershipTransfer.objects.get()
    eve, nina = Client(), Client()
    eve.force_login(User.objects.create_user("eve@acme.example"))
    nina.force_login(person_with_address(email="nina@acme.example"))
    answer = reverse("portal:ownership", args=[offer.pk])

    assert Client().get(answer).headers["Location"].startswith("/portal/sign-in/")
    assert eve.get(answer).status_code == 404
    assert eve.post(answer, {"answer": "accept"}).status_code == 404
    assert "You are asked to become the billing owner" in nina.get("/portal/").text
    assert "You declined" in nina.post(answer, {"answer": "decline"}).text
    assert "was declined" in nina.get(answer).text


def test_the_link_of_the_offer_opens_nothing_by_itself(acme, olga, client):
    olga.post(place("ownership_offer", acme), {"name": "Nina Neu", "email": "nina@acme.example"})
    token = "x" * 43
    assert "not known here" in client.get(f"/portal/ownership/link/{token}/").text

    from_mail = reverse("portal:ownership_link", args=[offer_token()])
    client.get(from_mail)
    client.post(from_mail)

    assert "_auth_user_id" not in client.session
    client.post(link_in_mail())
    assert client.get("/portal/").status_code == 200
