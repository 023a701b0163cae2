"""People of a customer's billing, signed in to the portal."""

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from accounts.models import BillingOwner, Customer
from config.celery import app as celery_app

assert celery_app.main  # tasks a page starts go to the embedded Redis; nobody takes them here


def person(customer: Customer, name: str, **said) -> Client:
    """Somebody with a role in billing, such as `manages_billing=True`."""
    email = f"{name}@{customer.external_id}.example"
    user = User.objects.create_user(email, email, first_name=name.title())
    BillingOwner.objects.create(customer=customer, user=user, name=name, email=email, **said)
    return signed_in(user)


def owner_of(customer: Customer) -> Client:
    """The billing owner, who sees everything of the customer."""
    owner = BillingOwner.objects.get(customer=customer, is_primary=True)
    owner.user = User.objects.create_user(owner.email, owner.email, first_name="Olga")
    owner.save()
    return signed_in(owner.user)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(name: str, customer: Customer, *arguments: object) -> str:
    return reverse(f"portal:{name}", args=[customer.pk, *arguments])


def text_of(answer) -> str:
    """What a reader sees, blanks joined."""
    return " ".join(answer.content.decode().split())
