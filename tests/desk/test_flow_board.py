"""The board of the flow: what waits, what was refused, and the way out."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.urls import reverse

from billing.models import InvoiceRun, StageRefusal
from billing.pipeline import STAGES
from desk.queries.flow_board import flow_lanes
from tests.desk import world

LATER = world.START + timedelta(hours=3)


def rate_lane():
    return next(lane for lane in flow_lanes(stages=STAGES, at=LATER) if lane.name == "rate")


def test_the_board_counts_who_waits_and_since_when(catalog, subscription):
    lanes = flow_lanes(stages=STAGES, at=LATER)

    assert [lane.name for lane in lanes] == [stage.name for stage in STAGES]
    assert (rate_lane().waiting, rate_lane().oldest) == (1, world.START)


def test_a_refused_subject_does_not_wait_but_shows_with_its_reason(as_role, subscription):
    refusal = world.refuse(subscription)

    page = as_role("support").get(reverse("desk:flow")).content.decode()

    assert rate_lane().waiting == 0
    assert all(text in page for text in ("price_missing", refusal.message, "sub-1"))


def test_support_sees_refusals_without_a_button(as_role, subscription):
    world.refuse(subscription)

    pages = {role: as_role(role).get(reverse("desk:flow")) for role in ("support", "analyst")}

    assert {role: b"Try again" in page.content for role, page in pages.items()} == {
        "support": False,
        "analyst": True,
    }


def test_trying_again_closes_the_refusal_and_names_who_did_it(as_role, subscription):
    refusal = world.refuse(subscription)

    answer = as_role("analyst").post(reverse("desk:retry"), {"refusal": str(refusal.pk)})

    refusal.refresh_from_db()
    entry = LogEntry.objects.get()
    assert (answer.url, refusal.resolved_at is None) == (reverse("desk:flow"), False)
    assert (entry.object_id, entry.user.groups.get().name) == (str(refusal.pk), "analyst")
    assert rate_lane().waiting == 1


def test_retrying_a_run_takes_just_its_own_refusals(as_role, catalog):
    run, other = world.make_run(), world.make_run()
    mine = world.refuse(world.make_customer(catalog, 1), run=run)
    theirs = world.refuse(world.make_customer(catalog, 2), run=other)

    as_role("analyst").post(reverse("desk:retry_run", args=[run.pk]))

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.resolved_at is None, theirs.resolved_at) == (False, None)


def test_a_refusal_leads_to_the_page_of_whom_it_is_about(as_role, subscription):
    refusal = world.refuse(subscription)

    answer = as_role("support").get(reverse("desk:subject", args=["rate", refusal.subject_id]))

    assert answer.url == reverse("desk:customer", args=[subscription.customer_id])


def test_garbage_instead_of_a_refusal_changes_nothing(as_role, subscription):
    refusal = world.refuse(subscription)

    answer = as_role("analyst").post(reverse("desk:retry"), {"refusal": "' OR 1=1"})

    refusal.refresh_from_db()
    assert (answer.status_code, refusal.resolved_at) == (302, None)


def test_starting_a_run_first_says_how_much_it_takes_up(as_role, subscription):
    page = as_role("analyst").get(reverse("desk:start_run")).content.decode()

    assert "Subscriptions due</dt><dd>1<" in page
    assert InvoiceRun.objects.count() == 0


def test_a_confirmed_run_is_recorded_with_who_asked_for_it(as_role, subscription):
    answer = as_role("analyst").post(reverse("desk:start_run"), {"as_of": "2026-02-01"})

    run = InvoiceRun.objects.get()
    assert answer.url == reverse("desk:run", args=[run.pk])
    assert (run.trigger, run.waiting_at_start, f"{run.as_of:%Y-%m-%d %H:%M}") == (
        "desk",
        1,
        "2026-02-01 23:59",
    )
    assert run.requested_by.groups.get().name == "analyst"


def test_a_run_in_the_future_is_refused_with_a_sentence(as_role, subscription):
    answer = as_role("analyst").post(reverse("desk:start_run"), {"as_of": "2999-01-01"})

    assert "lies in the future" in answer.content.decode()
    assert InvoiceRun.objects.count() == 0


def test_a_running_run_refreshes_itself_and_a_finished_one_does_not(as_role, db):
    running = world.make_run(waiting_at_start=10, rated=4)
    finished = world.make_run(state="finished", finished_at=LATER)
    client = as_role("support")

    pages = [
        client.get(reverse("desk:run", args=[run.pk])).content.decode()
        for run in (running, finished)
    ]

    assert ['hx-trigger="every 2s"' in page for page in pages] == [True, False]
    assert "40 %" in pages[0]


def test_all_refused_with_one_code_are_tried_again_together(as_role, catalog):
    refusals = [world.refuse(world.make_customer(catalog, number)) for number in (1, 2, 3)]
    StageRefusal.objects.filter(pk=refusals[2].pk).update(code="policy_missing")
    client = as_role("analyst")

    page = client.get(reverse("desk:flow")).content.decode()
    client.post(reverse("desk:retry"), {"stage": "rate", "code": "price_missing"})

    assert "Try all 2 again: price missing" in page
    assert [one.code for one in StageRefusal.objects.filter(resolved_at=None)] == ["policy_missing"]
