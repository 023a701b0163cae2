"""What people may write in the admin, and through which door it goes."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiClient, Customer
from accounts.operations.issue_api_key import key_digest
from billing.models import Price, SeatPolicy
from billing.pipeline import STAGES
from desk.models import ReleaseCheckRun
from desk.operations.release_check import play_release_check
from tests.desk.release.small import add

CUSTOMER = {
    "external_id": "acme-9", "legal_name": "Acme 9 GmbH", "status": "active", "address_line1": "Str. 1",
    "country": "DE", "currency": "EUR", "language": "de", "time_zone": "Europe/Berlin", "paper": "A4",
    "payment_terms_days": "14", "billing_owners-TOTAL_FORMS": "1", "billing_owners-INITIAL_FORMS": "0",
    "billing_owners-0-name": "Olga", "billing_owners-0-email": "olga@example.com",
    "billing_owners-0-is_primary": "on",
}  # fmt: skip


@pytest.fixture
def price_form(catalog):
    return {
        "seat_type": str(catalog.member.pk),
        "currency": "EUR",
        "interval_unit": "month",
        "interval_count": "1",
        "mode": "graduated",
        "tiers": "10: 9.00\nrest: 7.50",
        "included": "0",
        "ratio_each": "0",
        "billable": "on",
        "effective_from": timezone.now().date().isoformat(),
    }


@pytest.fixture
def publish(nothing_shipped):
    """Press Publish, let the release check play, press it again."""
    add()

    def press_twice(client, address, form):
        client.post(address, form)
        run = ReleaseCheckRun.objects.get()
        play_release_check(run_id=run.pk, stages=STAGES, now=timezone.now)
        return client.post(address, form)

    return press_twice


def test_a_published_price_is_the_next_version_and_names_who_published_it(
    as_role, price_form, publish
):
    answer = publish(as_role("approver"), reverse("admin:billing_price_add"), price_form)

    price = Price.objects.get(version=2)
    assert answer.status_code == 302
    assert price.tiers == [
        {"up_to": 10, "price_minor": 900},
        {"up_to": None, "price_minor": 750},
    ]
    assert price.published_by.groups.get().name == "approver"


def test_a_price_in_the_past_is_refused_on_the_form(as_role, price_form):
    answer = as_role("approver").post(
        reverse("admin:billing_price_add"), {**price_form, "effective_from": "2025-01-01"}
    )

    assert "which has passed" in answer.content.decode()
    assert Price.objects.count() == 1


def test_the_next_price_starts_from_the_one_it_follows(as_role, catalog):
    address = reverse("admin:billing_price_add")

    page = as_role("approver").get(address, {"after": str(catalog.price.pk)}).content.decode()

    assert "rest: 8.00" in page


def test_a_published_policy_keeps_only_what_is_not_the_default(as_role, catalog, publish):
    given = {
        "plan": str(catalog.plan.pk),
        "interval_unit": "month",
        "interval_count": "1",
        "effective_from": timezone.now().date().isoformat(),
        "note": "Fair billing",
        "decrease_credit": "full",
        "true_up_cadence": "quarter",
    }

    publish(as_role("approver"), reverse("admin:billing_seatpolicy_add"), given)

    policy = SeatPolicy.objects.get(version=2)
    assert policy.settings == {"decrease_credit": "full", "true_up_cadence": "quarter"}
    assert policy.note == "Fair billing"


def test_the_key_of_an_api_client_is_shown_once_and_kept_as_a_digest(as_role, db):
    client = as_role("administrator")

    page = client.post(
        reverse("admin:accounts_apiclient_add"),
        {"name": "Product", "scopes": ["events:write"]},
        follow=True,
    ).content.decode()
    again = client.get(reverse("admin:accounts_apiclient_changelist")).content.decode()

    made = ApiClient.objects.get()
    key = page.split("The key of Product is ")[1].split(" ")[0]
    assert (key_digest(key), made.scopes) == (made.key_digest, ["events:write"])
    assert key not in again


def test_a_key_is_revoked_only_when_confirmed(as_role, db):
    client = as_role("administrator")
    client.post(reverse("admin:accounts_apiclient_add"), {"name": "Product", "scopes": []})
    made = ApiClient.objects.get()

    address = reverse("admin:accounts_apiclient_revoke", args=[made.pk])

    client.get(address)
    made.refresh_from_db()
    before = made.revoked_at
    client.post(address, {"_form_submitted": "on"})

    made.refresh_from_db()
    assert (before, made.revoked_at is None) == (None, False)


def test_a_customer_added_at_the_desk_has_a_group_and_its_owner(as_role, db):
    as_role("analyst").post(reverse("admin:accounts_customer_add"), CUSTOMER)

    customer = Customer.objects.get()
    assert [group.external_id for group in customer.groups.all()] == ["everyone"]
    assert [owner.email for owner in customer.billing_owners.all()] == ["olga@example.com"]
    (address,) = customer.location_evidence.all()
    assert (address.kind, address.version, address.source) == ("billing_address", 1, "admin")


def test_a_time_zone_nobody_knows_is_told_at_its_field(as_role, db):
    answer = as_role("analyst").post(
        reverse("admin:accounts_customer_add"), {**CUSTOMER, "time_zone": "Mars/Base"}
    )

    assert "Use an IANA name" in answer.content.decode()


def test_every_change_of_a_customer_is_kept_with_who_made_it(as_role, subscription):
    customer = subscription.customer
    owner = customer.billing_owners.get()
    change = reverse("admin:accounts_customer_change", args=[customer.pk])
    given = {
        **CUSTOMER, "external_id": customer.external_id, "legal_name": "Acme Holding",
        "billing_owners-TOTAL_FORMS": "1", "billing_owners-INITIAL_FORMS": "1",
        "billing_owners-0-id": str(owner.pk), "billing_owners-0-customer": str(customer.pk),
    }  # fmt: skip
    client = as_role("analyst")

    client.post(change, given)

    page = client.get(reverse("admin:accounts_customer_history", args=[customer.pk]))
    newest = customer.history.first()
    assert (newest.legal_name, newest.history_user.groups.get().name) == ("Acme Holding", "analyst")
    assert b"Acme Holding" in page.content


def test_beside_the_settings_of_a_policy_stands_what_customers_read(as_role, catalog):
    change = reverse("admin:billing_seatpolicy_change", args=[catalog.policy.pk])

    page = as_role("support").get(change).content.decode()

    assert "decrease_credit" in page
    assert "8.00 EUR" in page
    assert "8,00 EUR" in page


def test_the_form_shows_what_customers_would_read_before_it_is_published(as_role, catalog):
    given = {
        "plan": str(catalog.plan.pk),
        "interval_unit": "month",
        "interval_count": "1",
        "effective_from": "2026-12-01",
        "decrease_credit": "full",
    }

    part = as_role("approver").post(reverse("admin:billing_seatpolicy_read"), given)

    assert "8.00 EUR" in part.content.decode()
    assert SeatPolicy.objects.count() == 1


def test_a_policy_without_a_price_says_what_its_text_needs(as_role, catalog):
    given = {
        "plan": str(catalog.plan.pk),
        "interval_unit": "week",
        "interval_count": "1",
        "effective_from": "2026-12-01",
    }

    part = as_role("approver").post(reverse("admin:billing_seatpolicy_read"), given)

    assert "Publish one for this plan and interval first" in part.content.decode()


def test_who_pays_changes_by_one_press_and_a_confirmation(as_role, subscription):
    customer = subscription.customer
    second = customer.billing_owners.create(name="Paul", email="paul@example.com")
    address = reverse("admin:accounts_billingowner_make_primary", args=[second.pk])

    as_role("analyst").post(address, {"_form_submitted": "on"})

    owners = {owner.name: owner.is_primary for owner in customer.billing_owners.all()}
    assert owners == {"Paul": True, "Olga Owner": False}
