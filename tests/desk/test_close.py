"""Month end at the desk: the grid, the checklist with its rows, and the steps to a closed month."""

import csv
import io
from copy import deepcopy
from datetime import UTC, date, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ExceptionRequest
from billing.enums import PaymentMethodKind
from billing.models import CloseCheck, CloseRun, EntitlementEvent, PeriodClose, StageRefusal
from billing.operations.push_flow import push_flow
from billing.operations.record_payment import record_payment
from billing.pipeline import POST
from billing.tasks import check_close
from desk.demo.close import close_past_months
from kernel.money import Money
from tests.billing.close.closing import begin, check, live, lock, state
from tests.seatworld import day, make_customer, start

AT = ["SW", date(2026, 1, 1)]


@pytest.fixture(autouse=True)
def in_march(time_machine):
    time_machine.move_to(datetime(2026, 3, 3, 9, tzinfo=UTC))


@pytest.fixture(scope="module")
def module_lived(module_world):
    live(module_world, day(3, 2))
    return module_world


@pytest.fixture
def lived(module_lived, db):
    return deepcopy(module_lived)


@pytest.fixture
def refused(lived):
    """A January that would be clean but for one refusal."""
    StageRefusal.objects.create(
        stage="rate", subject_id=lived.subscription.pk, subject_label="acme-team", code="no_price",
        message="No price is published.", first_at=day(1, 20), last_at=day(1, 20),
    )  # fmt: skip
    close = begin(lived)
    check(close)
    return close


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def month(client, **said):
    return client.get(reverse("desk:close_month", args=AT), **said)


def cells(client) -> list[tuple[str, str]]:
    rows = client.get(reverse("desk:close")).context_data["rows"]
    return [(f"{row.month:%Y-%m}", row.cells[0].state) for row in rows]


def test_the_grid_shows_each_month_since_the_books_begin(as_role, lived):
    assert cells(as_role("support")) == [
        ("2026-03", "ahead"),
        ("2026-02", "new"),
        ("2026-01", "new"),
    ]


def test_the_grid_says_what_keeps_a_month_open(as_role, refused):
    page = text(as_role("support").get(reverse("desk:close")))

    assert "1 to do" in page
    assert "No stage refuses anything" in page


def test_the_grid_names_who_closed_a_month(as_role, lived):
    lock(lived)

    client = as_role("support")

    assert cells(client)[-1] == ("2026-01", "locked")
    assert "ann and bob, 2026-03-03" in text(client.get(reverse("desk:close")))


def test_a_later_close_covers_the_months_before_it(as_role, lived):
    lock(lived, date(2026, 2, 1))

    assert cells(as_role("support"))[1:] == [("2026-02", "locked"), ("2026-01", "covered")]


def test_a_month_nobody_began_says_what_will_be_checked(as_role, lived):
    page = text(month(as_role("analyst")))

    assert "Run the checks" in page
    assert "Every bank line booked by the end of the month" in page


def test_a_month_that_goes_on_cannot_be_begun(as_role, lived):
    client = as_role("analyst")
    address = ["SW", date(2026, 3, 1)]

    page = text(client.get(reverse("desk:close_month", args=address)))
    client.post(reverse("desk:close_run", args=address))

    assert "March 2026 goes on until 2026-03-31" in page
    assert not PeriodClose.objects.exists()


def test_the_checks_run_with_a_worker_and_the_page_follows_them(as_role, lived):
    client = as_role("analyst")

    client.post(reverse("desk:close_run", args=AT))
    waiting = text(month(client))
    run = CloseRun.objects.get()
    check_close(run_id=str(run.pk))
    part = month(client, headers={"HX-Request": "true", "HX-Target": "close"})

    assert "Waiting for a worker" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "ready to sign" in text(part)
    assert "<html" not in text(part)


def test_each_finding_leads_to_its_row(as_role, refused):
    page = month(as_role("support"))

    (item,) = [one for one in page.context_data["page"].items if one.code == "refusals"]
    assert [(row.label, row.words, row.address) for row in item.rows] == [
        ("rate: acme-team", "No price is published.", reverse("desk:flow"))
    ]


def test_an_analyst_and_an_approver_close_the_month_from_its_page(as_role, lived):
    check(begin(lived))
    first, second = as_role("analyst"), as_role("approver")
    said = {"digest": state(PeriodClose.objects.get()).result.digest}

    first.post(reverse("desk:close_sign", args=AT), said)
    again = first.post(reverse("desk:close_sign", args=AT), said, follow=True)
    other = as_role("analyst").post(reverse("desk:close_sign", args=AT), said, follow=True)
    closed = second.post(reverse("desk:close_sign", args=AT), said, follow=True)

    assert "You signed this month already. A second person has to sign it." in text(again)
    assert "an approver gives it" in text(other)
    assert "January 2026 is closed." in text(closed)
    assert LogEntry.objects.filter(change_message__startswith="Signed, ").count() == 2


def test_an_open_item_offers_no_signature(as_role, refused):
    client = as_role("approver")

    page = text(month(client))
    answer = client.post(
        reverse("desk:close_sign", args=AT), {"digest": state(refused).result.digest}, follow=True
    )

    assert "Sign off" not in page
    assert "These items are open: No stage refuses anything" in text(answer)


def test_a_waiver_stays_on_the_page_with_its_reason(as_role, refused):
    client = as_role("approver")
    finding = CloseCheck.objects.get(code="refusals").finding

    page = client.post(
        reverse("desk:close_waive", args=AT),
        {"code": "refusals", "finding": finding, "reason": "Ended in December"},
        follow=True,
    )

    assert "“Ended in December”" in text(page)
    assert "ready to sign" in text(page)


def test_an_item_gets_an_owner_and_a_day(as_role, refused, django_user_model):
    django_user_model.objects.create_user("zoe", is_staff=True)
    said = {"code": "refusals", "owner": "zoe", "due": "2026-03-06", "note": "asked sales"}

    as_role("analyst").post(reverse("desk:close_assign", args=AT), said)

    item = CloseCheck.objects.get(code="refusals")
    assert (item.owner.username, f"{item.due}", item.note) == ("zoe", "2026-03-06", "asked sales")


def test_a_closed_month_is_asked_to_be_opened_by_a_request(as_role, lived):
    close = lock(lived)

    page = as_role("analyst").post(
        reverse("desk:close_reopen", args=AT), {"reason": "A payment is missing"}, follow=True
    )

    asked = ExceptionRequest.objects.get(kind="reopen_period")
    assert (asked.subject_id, asked.terms) == (close.pk, {"month": "2026-01"})
    assert state(close).is_locked
    assert f"{asked.number} is asked for" in text(page)


@pytest.mark.parametrize(
    ("role", "step"),
    [
        ("support", "run"), ("support", "assign"), ("support", "sign"), ("support", "waive"),
        ("support", "reopen"), ("analyst", "waive"),
    ],
)  # fmt: skip
def test_who_may_not_take_a_step_is_refused(as_role, refused, role, step):
    assert as_role(role).post(reverse(f"desk:close_{step}", args=AT)).status_code == 403


def test_the_csv_has_every_row_behind_the_findings(as_role, refused):
    answer = as_role("support").get(reverse("desk:close_csv", args=AT))

    said = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(said))
    assert (row["item"], row["outcome"], row["row"]) == (
        "No stage refuses anything", "To do", "rate: acme-team",
    )  # fmt: skip


def test_the_report_is_a_pdf_of_what_was_signed(as_role, lived):
    lock(lived)

    answer = as_role("support").get(reverse("desk:close_report", args=AT))

    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


@pytest.mark.parametrize("name", ["month", "csv", "report"])
def test_a_seller_or_month_that_is_not_there_is_not_found(as_role, lived, name):
    client = as_role("support")
    address = reverse(f"desk:close_{name}", args=["XX", AT[1]])

    assert client.get(address).status_code == 404


def queries(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_the_pages_ask_as_many_queries_whatever_they_show(as_role, lived):
    client = as_role("approver")
    check(begin(lived))
    addresses = [reverse("desk:close"), reverse("desk:close_month", args=AT)]
    few = [queries(client, one) for one in addresses]
    for number in range(3):
        customer = make_customer(lived.entity, f"more-{number}")
        start(lived.plan, customer, f"more-{number}")
        StageRefusal.objects.create(
            stage="tax", subject_id=customer.pk, subject_label=f"more-{number}", code="x",
            message="Y", first_at=day(1, 21), last_at=day(1, 21),
        )  # fmt: skip
    check(begin(lived))
    check(begin(lived, date(2026, 2, 1)))

    many = [queries(client, one) for one in addresses]

    assert many == few


def test_a_late_event_says_which_closed_period_it_corrects(as_role, lived):
    lock(lived)
    lived.send("late", day(3, 4), effective_at=day(1, 20), quantity=2)
    lived.send("new", day(3, 4), effective_at=day(3, 4), quantity=2)
    client = as_role("support")

    late, new = (
        text(
            client.get(
                reverse("desk:event", args=[EntitlementEvent.objects.get(source_event_id=one).pk])
            )
        )
        for one in ("late", "new")
    )

    assert "Corrects a closed period" in late
    assert reverse("desk:close_month", args=AT) in late
    assert "Corrects a closed period" not in new


def test_the_journal_says_which_closed_day_an_entry_is_of(as_role, lived):
    lock(lived)
    record_payment(
        customer=lived.customer, billing_entity=lived.entity, method=PaymentMethodKind.CARD,
        money=Money(50_00, "USD"), paid_on=date(2026, 1, 30), at=day(3, 3, 8), gateway_id="pi_1",
    )  # fmt: skip
    push_flow(stages=(POST,), at=day(3, 3, 9))

    page = text(as_role("support").get(reverse("desk:books"), {"kind": "received"}))

    assert "2026-02-01" in page
    assert "of 2026-01-30, closed" in page


def test_a_payment_by_hand_into_a_closed_month_is_refused_at_the_form(as_role, lived):
    lock(lived)
    said = {"customer": "acme", "amount": "5.00", "paid_on": "2026-01-31", "reason": "cash"}

    page = text(as_role("analyst").get(reverse("desk:money_payment_new"), said))

    assert "The books of SW are closed through 2026-01-31." in page


def test_the_demo_closes_what_it_can_and_leaves_the_last_month_open(as_role, lived):
    for name in ("ben", "carla"):
        User.objects.create_user(name, is_staff=True)

    closed = close_past_months(today=date(2026, 3, 3))

    assert closed == 1
    assert cells(as_role("support"))[1:] == [("2026-02", "clean"), ("2026-01", "locked")]
