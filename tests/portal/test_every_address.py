"""Every page of a customer asks whose it is, and every page of a right asks for it."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from accounts.models import BillingOwner, Grantee, Group, Membership
from accounts.operations.register_customer import register_customer
from portal.urls import urlpatterns
from portal.views.people_paths import PATHS as PEOPLE
from tests.accounts.test_ownership_is_offered import NOW

pytestmark = pytest.mark.django_db
VALUES = {"uuid": uuid4, "int": lambda: 1, "str": lambda: "x", "slug": lambda: "x"}


def walk(patterns, given=()) -> Iterator[tuple[str, dict]]:
    for one in patterns:
        converters = {**dict(given), **one.pattern.converters}
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, converters.items())
        elif isinstance(one, URLPattern):
            yield one.name, converters


PAGES = [(name, kinds) for name, kinds in walk(urlpatterns) if "customer_id" in kinds]


def kind(converter) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")


def address(name: str, kinds: dict, customer) -> str:
    values = {key: VALUES[kind(one)]() for key, one in kinds.items() if key != "customer_id"}
    return reverse(f"portal:{name}", kwargs={**values, "customer_id": customer.pk})


@pytest.fixture
def acme():
    return register_customer(
        external_id="acme", legal_name="Acme Ltd", country="IE", currency="EUR",
        billing_owner_name="Olga", billing_owner_email="olga@acme.example", at=NOW,
    )  # fmt: skip


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def answers(client: Client, customer) -> dict[str, int]:
    """What each page says to a GET and to an empty POST; the first that is no 405."""
    said = {}
    for name, kinds in PAGES:
        place = address(name, kinds, customer)
        got = client.get(place)
        said[name] = got.status_code if got.status_code != 405 else client.post(place).status_code
    return said


def test_somebody_of_another_customer_finds_nothing_anywhere(acme):
    other = register_customer(
        external_id="other", legal_name="Other Ltd", country="IE", currency="EUR", at=NOW
    )
    udo = User.objects.create_user("udo@other.example")
    BillingOwner.objects.create(
        customer=other, user=udo, name="Udo", email="udo@other.example", is_primary=True
    )

    assert {name: code for name, code in answers(signed_in(udo), acme).items() if code != 404} == {}


def test_a_member_without_rights_is_refused_where_a_right_is_asked_for(acme):
    mara = User.objects.create_user("mara@acme.example")
    grantee = Grantee.objects.create(external_id="mara", user=mara)
    Membership.objects.create(customer=acme, group=Group.objects.get(), grantee=grantee)

    open_to_all = {name for name, code in answers(signed_in(mara), acme).items() if code != 403}

    assert open_to_all == {"home"}


def test_who_is_not_signed_in_is_led_to_the_door(acme):
    client = Client()

    said = {
        client.get(address(name, kinds, acme)).headers.get("Location", "").split("?")[0]
        for name, kinds in PAGES
    } - {""}

    assert said == {"/portal/sign-in/"}


def test_who_sees_money_sees_no_people_and_who_sees_people_sees_no_money(acme):
    bea, tina = (User.objects.create_user(f"{name}@acme.example") for name in ("bea", "tina"))
    BillingOwner.objects.create(customer=acme, user=bea, name="Bea", email="bea@acme.example")
    grantee = Grantee.objects.create(external_id="tina", user=tina)
    Membership.objects.create(
        customer=acme, group=Group.objects.get(), grantee=grantee, role="group_administrator"
    )
    money = {name for name, _ in PAGES if name.startswith("billing")}
    people = {one.name for one in PEOPLE if isinstance(one, URLPattern)}

    by_bea, by_tina = answers(signed_in(bea), acme), answers(signed_in(tina), acme)

    assert {name for name in people if by_bea[name] != 403} == set()
    assert {name for name in money if by_tina[name] != 403} == set()
    assert {by_bea["billing_invoices"], by_tina["people"]} == {200}
