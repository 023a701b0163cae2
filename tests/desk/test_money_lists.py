"""Attempts, refunds, disputes and payouts are found; the board says what waits for somebody."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.enums import AttemptState
from billing.models import BankLine, BankStatement, Payout
from billing.operations.request_refund import request_refund
from tests.desk import money_world
from tests.seatworld import day


@pytest.fixture
def attempts(money):
    money.attempt(money.first, decline_code="insufficient_funds", gateway_id="pi_1")
    money.attempt(money.second, AttemptState.SUCCEEDED, gateway_id="pi_2", started_at=day(2, 17))
    return money


def rows(client, name, **asked):
    return client.get(reverse(f"desk:money_{name}"), asked).context_data["page"].rows


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, ["pi_2", "pi_1"]),
        ({"state": "failed"}, ["pi_1"]),
        ({"decline": "insufficient_funds"}, ["pi_1"]),
        ({"search": "pi_2"}, ["pi_2"]),
        ({"search": "sw-000001"}, ["pi_1"]),
        ({"search": "acme"}, ["pi_2", "pi_1"]),
        ({"trigger": "staff"}, []),
        ({"first": "2026-02-16"}, ["pi_2"]),
        ({"last": "2026-02-16"}, ["pi_1"]),
    ],
)
def test_attempts_are_found_by_what_people_know(as_role, attempts, asked, ids):
    assert [row.gateway_id for row in rows(as_role("support"), "attempts", **asked)] == ids


def test_attempts_are_counted_by_state_and_go_to_csv(as_role, attempts):
    client = as_role("support")

    page = client.get(reverse("desk:money_attempts"), {"search": "acme"})
    answer = client.get(reverse("desk:money_attempts_csv"), {"state": "failed"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert [(one.state, one.count) for one in page.context_data["counts"]] == [
        ("succeeded", 1), ("failed", 1),
    ]  # fmt: skip
    assert (row["decline_code"], row["amount"], row["number"]) == (
        "insufficient_funds", "200.00", "1",
    )  # fmt: skip


def test_refunds_disputes_and_payouts_are_found_by_state_customer_and_gateway_id(as_role, money):
    payment = money.pay(450_00, gateway_id="pi_1")
    request_refund(payment_id=payment.pk, amount_minor=50_00, reason="asked", at=day(3, 1))
    money.dispute(payment)
    Payout.objects.create(
        gateway_id="po_1", currency="USD", amount_minor=443_90, state="paid",
        arrives_on=date(2026, 2, 23), recorded_at=day(2, 23),
    )  # fmt: skip
    client = as_role("support")

    assert len(rows(client, "refunds", search="acme", state="requested")) == 1
    assert len(rows(client, "refunds", search="pi_1")) == 1
    assert not rows(client, "refunds", state="failed")
    assert len(rows(client, "disputes", search="du_1", state="open")) == 1
    assert not rows(client, "disputes", search="nobody")
    assert len(rows(client, "payouts", search="po_1", state="paid")) == 1
    assert not rows(client, "payouts", state="failed")
    assert "443.90" in client.get(reverse("desk:money_payouts")).content.decode()


def test_the_board_says_what_waits_for_somebody_and_leads_there(as_role, money):
    now = timezone.now()
    money.card()
    failed = money.attempt(money.first, answered_at=now)
    money.first.attempt_count = failed.number
    money.first.save(update_fields=["attempt_count"])
    money.attempt(money.second, AttemptState.STARTED, answered_at=None)
    payment = money.pay(450_00, at=day(3, 1), invoices=[money.second.pk])
    money.dispute(payment)
    request_refund(payment_id=payment.pk, amount_minor=50_00, reason="asked", at=day(3, 2))
    money_world.park(money_world.event(1, applied=False).pk)
    statement = BankStatement.objects.create(
        billing_entity=money.seats.entity, file_name="f", format="csv", sha256="0" * 64,
        currency="USD", imported_at=now,
    )  # fmt: skip
    for number, minor in enumerate((10_00, -10_00)):
        BankLine.objects.create(
            statement=statement, billing_entity=money.seats.entity, key=str(number), position=1,
            booked_on=date(2026, 3, 1), currency="USD", amount_minor=minor,
        )  # fmt: skip

    todos = as_role("support").get(reverse("desk:flow")).context_data["money_todos"]

    assert [(one.count, one.words) for one in todos] == [
        (1, "Attempts without an answer for an hour"),
        (1, "Bank lines to match"),
        (1, "Webhooks parked"),
        (1, "Disputes open"),
        (1, "Refunds to send by hand"),
    ]


def test_an_invoice_whose_latest_attempt_failed_waits_while_it_is_open(as_role, money):
    failed = money.attempt(money.first, answered_at=timezone.now())
    money.first.attempt_count = failed.number
    money.first.save(update_fields=["attempt_count"])
    client = as_role("support")

    before = client.get(reverse("desk:flow")).context_data["money_todos"]
    money.pay(400_00, at=day(3, 1))
    after = client.get(reverse("desk:flow")).context_data["money_todos"]

    assert [one.words for one in before] == ["Invoices whose payment failed"]
    assert before[0].address.endswith("/money/attempts/?state=failed")
    assert not after


def test_an_invoice_says_whether_it_is_paid(as_role, money):
    client = as_role("analyst")
    address = reverse("desk:invoice", args=[money.first.pk])

    before = client.get(address)
    money.pay(200_00)
    after = client.get(address)

    panel = before.context_data["money"]
    assert (panel.state, panel.open_minor) == ("overdue", 200_00)
    assert [(one.label, one.value) for one in panel.pay_facts][:3] == [
        ("Reference", money.first.invoice.number), ("Amount", "200.00"), ("Currency", "USD"),
    ]  # fmt: skip
    assert "Enter a payment" in before.content.decode()
    assert after.context_data["money"].state == "paid"
    assert "Enter a payment" not in after.content.decode()


def test_a_customer_page_says_what_it_owes_and_how_it_pays(as_role, money):
    money.card()
    money.pay(50_00)

    page = as_role("support").get(reverse("desk:customer", args=[money.customer.pk]))

    panel = page.context_data["money"]
    (balance,) = panel.balances
    assert (balance.open_minor, balance.credit_minor, balance.balance_minor) == (350_00, 0, 350_00)
    assert [(one.words, one.is_default) for one in panel.methods] == [
        ("visa ending in 4242", True)
    ]  # fmt: skip
    assert [one.open_minor for one in panel.open_items] == [150_00, 200_00]
    assert "Statement of account" in page.content.decode()


@pytest.mark.parametrize(
    ("paid", "open_amounts"),
    [("", [0, 200_00]), ("settled", [0]), ("open", [200_00]), ("overdue", [200_00])],
)
def test_the_list_of_invoices_tells_open_from_settled(as_role, money, paid, open_amounts):
    money.pay(200_00)

    page = as_role("support").get(reverse("desk:invoices"), {"paid": paid}).context_data["page"]

    assert sorted(row.open_minor for row in page.rows) == open_amounts


MODELS = (
    "receivable", "payment", "allocation", "gatewaycustomer", "paymentmethod", "paymentattempt",
    "refund", "dispute", "payout", "gatewayevent", "bankstatement", "bankline",
)  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_the_admin_shows_money_and_changes_nothing(as_role, money, model):
    payment = money.pay(450_00, gateway_id="pi_1")
    money.card()
    money.attempt(money.first, gateway_id="pi_1")
    money_world.event(1)
    money.dispute(payment)
    client = as_role("approver")

    page = client.get(reverse(f"admin:billing_{model}_changelist"), {"q": "acme"})

    assert page.status_code == 200
    assert client.get(reverse(f"admin:billing_{model}_add")).status_code == 403
    for row in page.context_data["cl"].result_list:
        record = client.get(reverse(f"admin:billing_{model}_change", args=[row.pk]))
        assert record.status_code == 200
        assert 'name="_save"' not in record.content.decode()


def test_the_secret_of_an_attempt_is_shown_to_nobody(as_role, money):
    attempt = money.attempt(money.first, client_secret="pi_1_secret_x")

    page = as_role("administrator").get(
        reverse("admin:billing_paymentattempt_change", args=[attempt.pk])
    )

    assert "pi_1_secret_x" not in page.content.decode()
