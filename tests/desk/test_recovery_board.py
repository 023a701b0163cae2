"""The board of recovery: cases by step, found by what people know, and told with what comes next."""

import csv
import io
from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Customer
from accounts.operations.send_queued_mail import claim, give_up_lost
from billing.models import PaymentAttempt
from dunning.models import DunningCase, Message
from dunning.operations.hand_over_case import hand_over_case
from dunning.operations.pause_case import pause_case
from dunning.operations.promise_payment import promise_payment
from dunning.operations.request_write_off import request_write_off
from dunning.operations.send_link_again import send_link_again
from tests.desk.recovery_world import another_case
from tests.dunning.case_world import FAILED_AT, PRICE, fail, the_case, tick
from tests.seatworld import day


@pytest.fixture(scope="module")
def module_case(module_world):
    """Acme's charge was declined for lack of money, and recovery looked at it once."""
    fail(module_world, code="insufficient_funds")
    tick(FAILED_AT)
    return the_case()


@pytest.fixture
def case(module_case, db):
    return deepcopy(module_case)


def rows_of(client, **asked):
    return client.get(reverse("desk:recovery_board"), asked).context_data["page"].rows


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 1),
        ({"search": "acme"}, 1),
        ({"search": "nobody"}, 0),
        ({"campaign": "standard"}, 1),
        ({"campaign": "gentle"}, 0),
        ({"currency": "usd", "entity": "SW", "decline": "insufficient_funds"}, 1),
        ({"currency": "EUR"}, 0),
        ({"decline": "lost_card"}, 0),
        ({"rung": "early"}, 1),
        ({"rung": "paused"}, 0),
        ({"rung": "nonsense", "sort": "nonsense"}, 1),
    ],
)
def test_cases_are_found_by_what_people_know(as_role, case, asked, count):
    assert len(rows_of(as_role("support"), **asked)) == count


def test_a_case_is_found_by_an_invoice_number(as_role, case):
    number = case.case_receivables.get().receivable.invoice.number

    (row,) = rows_of(as_role("support"), search=number)

    assert row.id == case.pk


def test_a_row_tells_what_is_open_why_and_what_comes_next(as_role, case):
    client = as_role("support")

    (row,) = rows_of(client)
    text = client.get(reverse("desk:recovery_board")).content.decode()

    assert (row.open_minor, row.currency, row.invoices) == (PRICE, "USD", 1)
    assert row.decline_words == "Not enough money in the account"
    assert row.next_words == "Advise: show a banner"
    assert row.next_at == case.next_step_at
    assert "CET" in text
    assert "UTC" in text


def test_the_step_follows_what_people_decide(as_role, case):
    client = as_role("support")
    at = FAILED_AT + timedelta(hours=1)
    far = day(12, 30)
    DunningCase.objects.filter(pk=case.pk).update(access_level="banner")
    seen = [rows_of(client)[0].rung]
    request_write_off(case_id=case.pk, reason="Gone out of business", at=at)
    seen.append(rows_of(client)[0].rung)
    case.pauses.create(since=at, until=far, reason="Waits for an answer")
    seen.append(rows_of(client)[0].rung)
    promised = case.pauses.create(since=at, until=far, reason="Promised")
    case.promises.create(
        amount_minor=1, by_date=far.date(), pause=promised, promised_at=at, words=""
    )
    seen.append(rows_of(client)[0].rung)
    hand_over_case(case_id=case.pk, reason="To our lawyer", at=at)
    seen.append(rows_of(client)[0].rung)

    assert seen == ["banner", "write_off", "paused", "promised", "handed_over"]


def test_the_board_adds_up_by_step_and_currency(as_role, world, case):
    another_case(world, case, 2, seats=2)
    pause_case(
        case_id=case.pk, until=FAILED_AT + timedelta(days=9), reason="Asked to", at=FAILED_AT
    )

    rungs = as_role("support").get(reverse("desk:recovery_board")).context_data["rungs"]

    assert {rung.code: [(one.cases, one.open_minor) for one in rung.sums] for rung in rungs} == {
        "early": [(1, 16_00)], "banner": [], "restrict_additions": [], "suspend": [],
        "write_off": [], "paused": [(1, PRICE)], "promised": [], "handed_over": [],
    }  # fmt: skip


@pytest.mark.parametrize("sort", ["next", "oldest", "amount", "customer"])
def test_the_list_is_sorted_as_asked(as_role, world, case, sort):
    other = another_case(world, case, 2, seats=100)
    Customer.objects.filter(pk=other.customer_id).update(legal_name="Aardvark AG")
    DunningCase.objects.filter(pk=other.pk).update(
        next_step_at=case.next_step_at + timedelta(days=1)
    )

    ids = [row.id for row in rows_of(as_role("support"), sort=sort)]

    first = {"next": case, "oldest": case, "amount": other, "customer": other}[sort]
    assert ids[0] == first.pk


def test_a_promise_shows_on_the_board(as_role, case):
    promise_payment(
        case_id=case.pk, amount_minor=PRICE, by_date=(FAILED_AT + timedelta(days=3)).date(),
        words="Said so", at=FAILED_AT,
    )  # fmt: skip

    assert DunningCase.objects.get().state == "paused"
    assert rows_of(as_role("support"))[0].rung == "paused", "today the promise is long over"


def test_the_csv_follows_the_filters_and_keeps_plain_amounts(as_role, case):
    address = reverse("desk:recovery_board_csv")

    answer = as_role("support").get(address, {"campaign": "standard"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["open"], row["currency"], row["decline_code"]) == (
        "200.00", "USD", "insufficient_funds",
    )  # fmt: skip


def test_more_cases_cost_no_more_queries(as_role, world, case, django_assert_max_num_queries):
    client = as_role("support")
    for number in range(2, 8):
        another_case(world, case, number)

    with django_assert_max_num_queries(12):
        rows = rows_of(client)

    assert len(rows) == 7


def test_messages_whose_fate_is_unclear_are_counted(as_role, case):
    message = send_link_again(case_id=case.pk, at=FAILED_AT)
    claim(Message, message.pk, FAILED_AT)
    give_up_lost(Message, at=FAILED_AT + timedelta(hours=1))

    text = as_role("support").get(reverse("desk:recovery_board")).content.decode()

    assert "1 message: perhaps sent" in text


def test_a_charge_nobody_confirmed_counts_as_a_decline(as_role, case):
    PaymentAttempt.objects.update(state="canceled", decline_code="")

    (row,) = rows_of(as_role("support"), decline="authentication_not_handled")

    assert row.decline_words == "The customer did not confirm it in time"


def test_staff_without_a_role_are_denied(as_role, case):
    assert as_role(None).get(reverse("desk:recovery_board")).status_code == 403
