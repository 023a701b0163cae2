"""Staff roles decide what is seen and done; what is not granted is denied."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.desk import world

PAGES = (
    "desk:flow",
    "desk:runs",
    "desk:customers",
    "desk:invoices",
    "desk:customers_csv",
    "desk:invoices_csv",
    "desk:directories",
    "desk:directories_csv",
    "desk:tax_holds",
    "desk:tax_holds_csv",
    "desk:money_bank",
    "desk:money_bank_csv",
    "desk:recovery_board",
    "desk:recovery_board_csv",
    "desk:recovery_campaigns",
    "desk:recovery_results",
    "desk:recovery_aging",
    "desk:recovery_simulator",
    "desk:tax_markets",
    "desk:tax_registrations",
    "desk:tax_facts",
    "desk:tax_thresholds",
    "desk:tax_returns",
    "desk:release",
)
ROLES = ("support", "analyst", "approver", "administrator")
FOR_ADMINISTRATORS = {
    "apiclient", "apireply", "user", "group", "logentry", "customeridentityprovider",
}  # fmt: skip


def lists():
    return [
        (model._meta.app_label, model._meta.model_name)
        for model in admin.site._registry
        if not model.__name__.startswith("Historical")
    ]


def status(client, address):
    return client.get(address).status_code


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_without_signing_in(db, page):
    answer = Client().get(reverse(page))

    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_login"))


def test_a_board_left_open_goes_to_the_sign_in_page_as_a_whole(db):
    answer = Client().get(reverse("desk:flow"), headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("account_login"))


@pytest.mark.parametrize("page", PAGES)
def test_staff_without_a_role_are_denied(as_role, page):
    assert status(as_role(None), reverse(page)) == 403


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_read_the_desk(as_role, role):
    client = as_role(role)

    assert {page: status(client, reverse(page)) for page in PAGES} == dict.fromkeys(PAGES, 200)


@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_see_keys_staff_and_the_log(as_role, role):
    client = as_role(role)

    seen = {
        name: status(client, reverse(f"admin:{app}_{name}_changelist"))
        for app, name in lists()
        if (app, name) != ("accounts", "group")
    }

    secret = 200 if role == "administrator" else 403
    assert seen == {name: secret if name in FOR_ADMINISTRATORS else 200 for name in seen}


@pytest.mark.parametrize(
    ("role", "granted"),
    [("support", 403), ("analyst", 200), ("approver", 200), ("administrator", 200)],
)
def test_support_may_look_but_not_start_a_run(as_role, role, granted):
    assert status(as_role(role), reverse("desk:start_run")) == granted


def test_support_may_not_let_a_refusal_try_again(as_role, subscription):
    refusal = world.refuse(subscription)

    answer = as_role("support").post(reverse("desk:retry"), {"refusal": str(refusal.pk)})

    refusal.refresh_from_db()
    assert (answer.status_code, refusal.resolved_at) == (403, None)


@pytest.mark.parametrize(
    ("role", "granted"),
    [("support", 403), ("analyst", 403), ("approver", 200), ("administrator", 200)],
)
@pytest.mark.parametrize("version", ["price", "seatpolicy"])
def test_only_approvers_and_administrators_publish_versions(as_role, role, granted, version):
    assert status(as_role(role), reverse(f"admin:billing_{version}_add")) == granted


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "model",
    [
        "entitlementevent", "seatledgerentry", "ledgerhead", "rating", "ratedspan", "invoice", "invoiceline",
        "invoicedocument", "creditentry", "numberseries", "invoicerun", "stagerefusal",
        "invoicetax", "taxhold",
    ],
)  # fmt: skip
def test_nobody_adds_to_what_the_flow_writes(as_role, role, model):
    assert status(as_role(role), reverse(f"admin:billing_{model}_add")) == 403


def test_nobody_changes_or_deletes_a_ledger_entry(as_role, catalog, subscription):
    entry = world.write_entry(catalog, subscription, added=10, at=world.START)
    client = as_role("administrator")
    change = reverse("admin:billing_seatledgerentry_change", args=[entry.pk])

    answers = [
        client.get(change).status_code,
        client.post(change, {"quantity": 1}).status_code,
        client.post(reverse("admin:billing_seatledgerentry_delete", args=[entry.pk])).status_code,
    ]

    entry.refresh_from_db()
    assert (answers, entry.quantity) == ([200, 403, 403], 10)
