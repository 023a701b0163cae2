"""Who saw personal data and who changed what is on the trail, whichever door they came through."""

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import ApiClient, AuditEntry, BillingOwner
from accounts.operations.issue_api_key import issue_api_key
from accounts.operations.verify_audit import verify_audit
from config.audit.subjects import subject_of


def told(*names):
    """The entries in their order, without those of the sign-in."""
    entries = AuditEntry.objects.exclude(action="signed_in").order_by("sequence")
    return list(entries.values_list(*names))


@pytest.fixture
def customer(subscription):
    return subscription.customer


def test_a_view_of_a_customer_names_who_whom_and_when(as_role, customer):
    support = as_role("support")

    support.get(
        reverse("desk:customer", args=[customer.pk]), headers={"User-Agent": "Test 1"},
        REMOTE_ADDR="192.0.2.7",
    )  # fmt: skip

    [entry] = AuditEntry.objects.exclude(action="signed_in")
    assert (entry.actor_kind, entry.actor_label) == ("user", User.objects.get().username)
    assert (entry.action, entry.subject_kind, entry.subject_id, entry.label) == (
        "viewed", "customer", str(customer.pk), customer.legal_name,
    )  # fmt: skip
    assert entry.customer_id == customer.pk
    assert (entry.address, entry.user_agent, len(entry.request_id)) == ("192.0.2.7", "Test 1", 32)
    assert entry.detail == {"view": "desk:customer", "method": "GET", "status": 200}
    assert verify_audit() is None


def test_a_list_and_its_export_are_written_down_with_what_was_asked(as_role, customer):
    analyst = as_role("analyst")

    analyst.get(reverse("desk:customers"), {"search": "Acme"})
    analyst.get(reverse("desk:customers_csv"))
    analyst.get(reverse("admin:accounts_grantee_export"))

    assert told("action", "subject_kind", "detail__asked__search") == [
        ("listed", "customer", "Acme"),
        ("exported", "customer", None),
        ("exported", "grantee", None),
    ]


def test_pages_without_personal_data_leave_nothing(as_role, customer):
    as_role("analyst").get(reverse("desk:runs"))

    assert told("action") == []


def test_who_is_refused_is_written_down(as_role, customer):
    as_role(None).get(reverse("desk:customer", args=[customer.pk]))

    assert told("action", "customer_id") == [("refused", customer.pk)]


def test_who_is_not_signed_in_sees_nothing_and_leaves_nothing(customer):
    Client().get(reverse("desk:customer", args=[customer.pk]))

    assert told("action") == []


def test_a_change_in_the_admin_tells_before_and_after(as_role, customer):
    owner = BillingOwner.objects.create(customer=customer, name="Ida", email="ida@example.com")
    values = {"customer": customer.pk, "name": "Ida", "email": "new@example.com", "_save": "1"}

    as_role("analyst").post(reverse("admin:accounts_billingowner_change", args=[owner.pk]), values)

    [(action, kind, whose, detail)] = told("action", "subject_kind", "customer_id", "detail")
    assert (action, kind, whose) == ("changed", "billingowner", customer.pk)
    [history, log] = detail["changes"]
    assert history["fields"]["email"] == ["ida@example.com", "new@example.com"]
    assert log["message"].startswith("Changed")
    assert "email" in detail["sent"]


def test_a_change_of_roles_names_the_role(as_role):
    person = User.objects.create_user("neo", is_staff=True)
    role = StaffRoleGroup.objects.get(name="support")
    values = {"username": "neo", "is_active": "on", "is_staff": "on", "groups": [role.pk]}
    values |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}

    answer = as_role("administrator").post(
        reverse("admin:auth_user_change", args=[person.pk]), values
    )

    assert answer.status_code == 302
    [(detail,)] = told("detail")
    assert {"what": "user", "id": str(person.pk), "label": "neo", "how": "given", "rights": ["support"]} in detail["changes"]  # fmt: skip


def test_a_password_never_reaches_the_trail(as_role, db):
    person = User.objects.create_user("neo", is_staff=True)
    secret = "correct-horse-battery-9"

    as_role("administrator").post(
        reverse("admin:auth_user_password_change", args=[person.pk]),
        {"password1": secret, "password2": secret, "usable_password": "true"},
    )

    [(action, detail)] = told("action", "detail")
    assert action == "refused", "nobody sets the password of somebody else"
    assert secret not in str(detail)


def test_a_form_that_is_shown_again_was_submitted(as_role, customer):
    as_role("analyst").post(reverse("admin:accounts_billingowner_add"), {"name": ""})

    assert told("action", "subject_kind") == [("submitted", "billingowner")]


def test_the_api_tells_which_client_read_whose_data(customer):
    _, key = issue_api_key(name="crm", scopes=["billing:read"])
    address = reverse("api:customer_statement", args=[customer.external_id])

    answer = Client().get(address, headers={"Authorization": f"Bearer {key}"})
    Client().get(address)

    assert answer.status_code == 200
    assert told("actor_kind", "actor_label", "action", "customer_id") == [
        ("api_client", "crm", "viewed", customer.pk)
    ]
    assert ApiClient.objects.count() == 1


def test_without_a_trail_a_page_with_personal_data_is_withheld(as_role, customer, no_trail):
    answer = as_role("support").get(reverse("desk:customer", args=[customer.pk]))

    assert answer.status_code == 503
    assert b"This page is not shown" in answer.content
    assert customer.legal_name.encode() not in answer.content


def test_without_a_trail_other_pages_are_there(as_role, customer, no_trail):
    assert as_role("analyst").get(reverse("desk:runs")).status_code == 200


@pytest.fixture
def no_trail(db):
    """The trail takes nothing in, as with a full disk; signing in is before that."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION trail_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF NEW.action = 'signed_in' THEN RETURN NEW; END IF;"
            " RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER a_trail_full BEFORE INSERT ON accounts_auditentry"
            " FOR EACH ROW EXECUTE FUNCTION trail_full()"
        )


def test_a_page_costs_two_queries_more_at_most(as_role, customer, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = subject_of("customer", str(customer.pk))
    with django_assert_num_queries(0):
        subject_of("flow_subject", "x")

    assert (found.label, found.customer_id) == (customer.legal_name, customer.pk)
