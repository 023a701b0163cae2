"""The first page of the day: what waits for somebody, the next run, and money this month against last."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.models import Invoice, InvoiceRun, Receivable, StageRefusal
from billing.operations.ask_exception import ask_exception
from desk.models import ReleaseCheckRun
from desk.operations.open_incident import open_incident
from desk.queries.home_money import home_measures, overdue
from desk.queries.next_run import next_run, next_start
from tests.desk import money_world, world
from tests.seatworld import day

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def anybody(_permission):
    return True


def body(answer):
    return " ".join(answer.content.decode().split())


def with_permission(*names):
    user = User.objects.create_user("pat", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


class TestWhatWaits:
    def piles(self, role_client):
        answer = role_client.get(reverse("desk:home"))
        return {one.words: one for one in answer.context_data["work"]}

    def test_refusals_are_counted_with_their_age_and_lead_to_the_board(self, as_role, subscription):
        world.refuse(subscription)

        pile = self.piles(as_role("support"))["Refused by a stage of the flow"]

        assert (pile.count, pile.address) == (1, reverse("desk:flow"))
        assert pile.oldest == StageRefusal.objects.get().first_at

    def test_money_that_waits_leads_to_its_filtered_list(self, as_role, money):
        failed = money.attempt(money.first, answered_at=timezone.now() - timedelta(days=2))
        Receivable.objects.filter(pk=money.first.pk).update(attempt_count=failed.number)
        money.dispute(money.pay(10_00))

        piles = self.piles(as_role("support"))

        assert piles["Invoices whose payment failed"].address.endswith("attempts/?state=failed")
        assert piles["Disputes open"].oldest == day(3, 1)
        assert piles["Disputes open"].is_urgent

    def test_urgent_piles_come_first_then_the_oldest(self, as_role, money):
        money_world.park(money_world.event(1, applied=False).pk)
        failed = money.attempt(money.first, answered_at=timezone.now() - timedelta(days=2))
        Receivable.objects.filter(pk=money.first.pk).update(attempt_count=failed.number)
        StageRefusal.objects.create(
            stage="rate", subject_id=money.customer.pk, subject_label="x", code="price_missing",
            message="No price.", first_at=day(1, 1), last_at=day(1, 1),
        )  # fmt: skip

        words = list(self.piles(as_role("support")))
        shown = [one for one in words if one != "Months to close"]

        assert shown == [
            "Webhooks parked", "Refused by a stage of the flow", "Invoices whose payment failed",
        ]  # fmt: skip

    def test_a_failed_release_check_waits_until_one_passes(self, as_role, db):
        said = {"reason": "desk", "state": "finished", "expected": 3}
        ReleaseCheckRun.objects.create(
            **said, started_at=day(3, 1), finished_at=day(3, 1), passed=1, differing=2
        )
        client = as_role("support")
        before = self.piles(client)
        ReleaseCheckRun.objects.create(
            **said, started_at=day(3, 2), finished_at=day(3, 2), passed=3
        )

        assert before["Release scenarios that come out differently"].count == 2
        assert self.piles(client) == {}

    def test_an_incident_nobody_owns_stands_out(self, as_role, db):
        open_incident(
            playbook="missing_invoice", title="No invoice for Acme", customer_ids=[],
            found="Nothing was issued in March.", at=timezone.now(),
        )  # fmt: skip

        pile = self.piles(as_role("approver"))["Incidents open"]

        assert (pile.count, pile.note, pile.is_urgent) == (1, "1 without an owner", True)

    def test_an_exception_waits_for_who_may_decide_it_and_not_for_who_asked(self, as_role, money):
        analyst, approver = as_role("analyst"), as_role("approver")
        request = ask_exception(
            kind="write_off", subject=money.first.invoice.number, terms={"amount_minor": 200_00},
            reason="They are gone", by=User.objects.get(username__startswith="analyst"),
            at=timezone.now() - timedelta(days=30),
        )  # fmt: skip

        pile = self.piles(approver)["Exceptions for you to decide"]

        assert (pile.count, pile.oldest, pile.address) == (
            1, request.asked_at, reverse("desk:approvals") + "?whose=mine",
        )  # fmt: skip
        assert "Exceptions for you to decide" not in self.piles(analyst)

    def test_nothing_waits_is_said_calmly(self, as_role, db):
        assert "Whatever comes up for you shows here" in body(
            as_role("support").get(reverse("desk:home"))
        )

    def test_each_sees_only_piles_of_lists_they_may_open(self, money):
        money.dispute(money.pay(10_00))
        client = with_permission("view_stagerefusal", "view_bankline")

        answer = client.get(reverse("desk:home"))

        assert answer.context_data["work"] == ()
        assert ("Next run" in body(answer), "home-money" in body(answer)) == (False, False)


class TestTheNextRun:
    def test_it_starts_at_four_in_the_morning_of_utc(self):
        before, after = datetime(2026, 3, 10, 3, 59, tzinfo=UTC), NOON

        assert next_start(before) == datetime(2026, 3, 10, 4, tzinfo=UTC)
        assert next_start(after) == datetime(2026, 3, 11, 4, tzinfo=UTC)

    def test_who_is_due_is_counted_and_estimated_by_their_last_regular_invoices(self, money):
        # due again on 15 March; each invoice came to 200.00
        early, due = next_run(at=NOON), next_run(at=datetime(2026, 3, 14, 12, tzinfo=UTC))

        assert (early.due, early.expected) == (0, ())
        assert (due.due, due.sampled, due.known, due.is_whole) == (1, 1, 1, True)
        assert [(one.currency, one.amount_minor) for one in due.expected] == [("USD", 200_00)]

    def test_a_customer_without_an_invoice_is_due_and_not_guessed_at(self, subscription):
        run = next_run(at=NOON)

        assert (run.due, run.sampled, run.known, run.expected) == (1, 1, 0, ())

    def test_of_many_some_are_drawn_and_scaled_up(self, money, monkeypatch):
        monkeypatch.setattr("desk.queries.next_run.SAMPLE", 0)

        run = next_run(at=datetime(2026, 3, 14, 12, tzinfo=UTC))

        assert (run.due, run.is_whole) == (1, False)
        assert [one.amount_minor for one in run.expected] in ([], [200_00 * 256])

    def test_the_page_tells_when_and_how_it_is_estimated(self, as_role, subscription):
        page = body(as_role("support").get(reverse("desk:home")))

        assert "04:00 UTC" in page
        assert "No estimate: nobody who is due has a regular invoice yet." in page

    def test_the_last_run_is_told_with_its_result(self, as_role, subscription):
        run = InvoiceRun.objects.create(
            as_of=world.START, trigger="schedule", state="finished", started_at=world.START,
            finished_at=world.START, rated=7,
        )  # fmt: skip
        world.refuse(subscription, run=run)

        page = body(as_role("support").get(reverse("desk:home")))

        assert ("1 refused" in page, "7 rated" in page) == (True, True)


class TestMoneyThisMonth:
    def of(self, at):
        return {one.key: one for one in home_measures(at=at, may=anybody)}

    def test_billed_this_month_stands_against_the_same_day_of_the_last(self, money):
        # issued on 15 January and 15 February, 200.00 each
        billed = self.of(datetime(2026, 2, 20, tzinfo=UTC))["billed"]

        (usd,) = billed.months
        assert (usd.total, usd.same_day, usd.total_before, usd.change_percent) == (
            200_00, 200_00, 200_00, 0,
        )  # fmt: skip
        assert billed.chart["now"][13:15] == [0.0, 200.0]
        (usd,) = self.of(datetime(2026, 2, 14, tzinfo=UTC))["billed"].months
        assert (usd.total, usd.same_day, usd.total_before) == (0, 0, 200_00)

    def test_collected_is_what_came_in(self, money):
        money.pay(150_00, at=day(2, 20))

        (usd,) = self.of(datetime(2026, 2, 21, tzinfo=UTC))["collected"].months

        assert (usd.total, usd.same_day) == (150_00, 0)

    def test_recovered_is_what_was_paid_while_in_recovery(self, money):
        assert self.of(NOON)["recovered"].months == ()

    def test_overdue_tells_how_much_became_so_this_month(self, money):
        due = sorted(Receivable.objects.values_list("due_date", flat=True))

        nothing = overdue(today=due[0])
        (one,) = overdue(today=due[0] + timedelta(days=1))
        (both,) = overdue(today=due[1] + timedelta(days=1))

        assert nothing == ()
        assert (one.count, one.amount_minor, one.newly_minor) == (1, 200_00, 200_00)
        assert (both.count, both.amount_minor, both.newly_minor) == (2, 400_00, 200_00)
        assert both.oldest == due[0]

    def test_the_part_comes_by_htmx_with_a_table_for_each_chart(self, as_role, money):
        Invoice.objects.filter(state="finalized")
        part = body(
            as_role("support").get(
                reverse("desk:home"), headers={"HX-Request": "true", "HX-Target": "home-money"}
            )
        )

        assert "<html" not in part
        assert "Overdue" in part

    def test_measures_somebody_may_not_see_are_not_added_up(self, money):
        keys = [
            one.key for one in home_measures(at=NOON, may={"billing.view_payment"}.__contains__)
        ]

        assert keys == ["collected"]


def queries_of(client, **headers):
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("desk:home"), headers=headers)
    return len(asked)


def test_home_takes_the_same_number_of_queries_whatever_waits(as_role, catalog):
    client = as_role("approver")
    queries_of(client)
    counts = set()
    for number in (1, 2, 3):
        subscription = world.make_customer(catalog, number)
        world.refuse(subscription)
        InvoiceRun.objects.create(as_of=world.START, trigger="desk", started_at=world.START)
        counts.add(queries_of(client))

    assert len(counts) == 1
    assert counts.pop() <= 32


def test_nobody_is_home_without_signing_in(db):
    assert Client().get(reverse("desk:home")).status_code == 302


def test_staff_without_a_role_are_home_and_see_nothing(as_role):
    answer = as_role(None).get(reverse("desk:home"))

    assert (answer.status_code, answer.context_data["work"]) == (200, ())
