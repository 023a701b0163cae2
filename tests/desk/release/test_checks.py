"""A release check plays every active scenario, keeps what came out and compares it with the last check."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Customer
from billing.models import Invoice
from billing.pipeline import STAGES
from desk.enums import CheckReason, CheckState
from desk.models import ReleaseCheckResult, ReleaseCheckRun, ReleaseScenario
from desk.operations.load_scenarios import load_scenarios, shipped_files
from desk.operations.release_check import (
    NothingToCheck,
    play_release_check,
    start_release_check,
)
from desk.operations.save_scenario import ScenarioKeyTaken, ScenarioRejected, save_scenario
from desk.queries.release import check_page
from tests.desk.release.small import NOW, add, check, text

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("db", "nothing_shipped")


def results(run):
    return {one.key: (one.outcome, one.change) for one in check_page(run.pk).rows}


class TestPlaying:
    def test_what_comes_out_as_expected_passes_and_what_does_not_says_why(self):
        add()
        add("four-seats", total="32.00")

        run = check()

        rows = {one.key: one for one in check_page(run.pk).rows}
        assert (run.state, run.passed, run.differing, run.is_clean) == (
            CheckState.FINISHED,
            1,
            1,
            False,
        )
        assert rows["four-seats"].differences == ("The last invoice comes to 24.00, not 32.00.",)
        assert [one.outcome for one in check_page(run.pk).rows] == ["differs", "passed"]

    def test_nothing_of_a_played_scenario_is_left_behind(self):
        add()

        check()

        assert (Customer.objects.count(), Invoice.objects.count()) == (0, 0)

    def test_a_scenario_that_is_switched_off_is_not_played(self):
        add()
        add("off", is_active=False)

        assert list(results(check())) == ["three-seats"]

    def test_a_check_whose_worker_died_goes_on_where_it_stopped(self):
        done = add()
        add("second")
        run = start_release_check(reason=CheckReason.DESK, at=NOW)
        kept = ReleaseCheckResult.objects.create(
            run=run, scenario=done, outcome="passed", text_digest="", took_ms=1
        )
        for _ in range(2):
            run = play_release_check(run_id=run.pk, stages=STAGES, now=lambda: NOW)

        assert (run.passed, run.finished_at) == (2, NOW)
        assert ReleaseCheckResult.objects.get(run=run, scenario=done) == kept

    def test_without_an_active_scenario_there_is_nothing_to_check(self):
        with pytest.raises(NothingToCheck):
            start_release_check(reason=CheckReason.DESK, at=NOW)


class TestComparing:
    def test_the_first_check_compares_with_nothing(self):
        add()

        page = check_page(check().pk)

        assert (page.before, page.rows[0].change) == (None, "")

    def test_a_scenario_that_passed_before_and_now_differs_stands_out(self):
        scenario = add()
        check(NOW)
        ReleaseScenario.objects.filter(pk=scenario.pk).update(text=text(total="25.00"))

        assert results(check(NOW + HOUR)) == {"three-seats": ("differs", "passed before")}

    def test_a_new_one_an_edited_one_and_one_as_it_was(self):
        add("same")
        edited = add("edited")
        check(NOW)
        add("new")
        save_scenario(
            scenario=edited, text=text("edited") + "\n", area="money", plan=None, is_active=True,
            at=NOW,
        )  # fmt: skip

        assert results(check(NOW + HOUR)) == {
            "edited": ("passed", "scenario edited"), "new": ("passed", "new"), "same": ("passed", ""),
        }  # fmt: skip

    def test_other_figures_are_shown_in_money_even_where_nothing_was_expected_of_them(self):
        add()
        run = check(NOW)
        (old,) = run.results.all()
        ReleaseCheckResult.objects.filter(pk=old.pk).update(
            figures=[{**old.figures[0], "total": "23.00"}]
        )

        (row,) = check_page(check(NOW + HOUR).pk).rows

        assert row.change == "other figures"
        (money,) = row.money
        assert (money.issued_at, money.currency, money.before, money.after) == (
            "2026-04-01", "EUR", "23.00", "24.00",
        )  # fmt: skip


class TestWriting:
    def test_each_version_of_a_scenario_is_kept_with_who_and_why(self, django_user_model):
        anna = django_user_model.objects.create_user("anna")
        scenario = add()

        save_scenario(
            scenario=scenario, text=text(total="25.00"), area="seats", plan=None, is_active=True,
            at=NOW, by=anna, why="Price went up",
        )  # fmt: skip

        newest, first = scenario.history.all()
        assert (newest.history_user, newest.history_change_reason) == (anna, "Price went up")
        assert ("24.00" in first.text, "25.00" in newest.text) == (True, True)

    @pytest.mark.parametrize(
        ("broken", "says"),
        [
            ("nonsense: [", "is not YAML"),
            (text().replace("currency: EUR", ""), "currency"),
            (text().replace("expect:", "# expect:"), "expect: is missing"),
            (text().replace("about: Three seats for a month", ""), "about: is missing"),
            (text(id="Three seats"), "id: takes small letters"),
        ],
    )
    def test_what_cannot_be_played_is_refused_in_the_readers_words(self, broken, says):
        with pytest.raises(ScenarioRejected, match=says):
            add(text=broken)

    def test_an_id_is_given_once(self):
        add()

        with pytest.raises(ScenarioKeyTaken):
            add()


class TestShipped:
    def ship(self, folder, total="24.00"):
        (folder / "seats").mkdir(exist_ok=True)
        (folder / "seats" / "three-seats.yaml").write_text(text(total=total))

    def test_they_are_loaded_once_and_renewed_while_nobody_edits_them(self, nothing_shipped):
        self.ship(nothing_shipped)
        counts = [load_scenarios(at=NOW), load_scenarios(at=NOW)]
        self.ship(nothing_shipped, total="25.00")
        counts.append(load_scenarios(at=NOW))

        (scenario,) = ReleaseScenario.objects.all()
        assert (counts, "25.00" in scenario.text) == ([1, 0, 1], True)
        assert scenario.history.count() == 2

    def test_what_somebody_edited_or_switched_off_stays(self, nothing_shipped):
        self.ship(nothing_shipped)
        load_scenarios(at=NOW)
        mine = text(total="26.00")
        save_scenario(
            scenario=ReleaseScenario.objects.get(), text=mine, area="money", plan=None,
            is_active=False, at=NOW,
        )  # fmt: skip
        self.ship(nothing_shipped, total="25.00")

        assert load_scenarios(at=NOW) == 0
        scenario = ReleaseScenario.objects.get()
        assert (scenario.text, scenario.area, scenario.is_active) == (mine, "money", False)


class TestTheCommand:
    def run(self, *arguments):
        out, code = StringIO(), 0
        try:
            call_command("release_check", *arguments, stdout=out)
        except SystemExit as stopped:
            code = stopped.code
        return code, out.getvalue()

    def test_all_as_expected_ends_with_0_and_a_table(self):
        add()

        code, printed = self.run()

        assert (code, "1 scenarios: 1 as expected." in printed) == (0, True)
        assert ReleaseCheckRun.objects.get().reason == CheckReason.COMMAND

    def test_any_difference_ends_with_1_and_json_says_which(self):
        add(total="25.00")

        code, printed = self.run("--json")

        said = json.loads(printed)
        assert (code, said["ok"], said["differing"]) == (1, False, 1)
        assert said["results"][0]["differences"] == ["The last invoice comes to 24.00, not 25.00."]


class TestConstraints:
    def refused(self, name, make):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make()

    def test_a_finished_check_has_its_time(self):
        self.refused(
            "release_check_finished_has_its_time",
            lambda: ReleaseCheckRun.objects.create(
                reason="desk", state="finished", started_at=timezone.now()
            ),
        )

    def test_an_acknowledgment_says_who_when_and_why(self):
        self.refused(
            "release_check_acknowledged_by_whom_when_and_why",
            lambda: ReleaseCheckRun.objects.create(
                reason="desk", started_at=timezone.now(), acknowledgment="It is right"
            ),
        )

    def test_a_scenario_has_a_known_area_and_a_text(self):
        said = {"key": "x", "name": "x", "created_at": NOW, "changed_at": NOW}
        self.refused(
            "release_scenario_area_is_known",
            lambda: ReleaseScenario.objects.create(**said, text="x", area="weather"),
        )
        self.refused(
            "release_scenario_has_a_text",
            lambda: ReleaseScenario.objects.create(**said, text="", area="seats"),
        )

    def test_a_result_is_kept_once_and_passes_only_without_differences(self):
        scenario = add()
        run = check()
        said = {"run": run, "scenario": scenario, "text_digest": "", "took_ms": 1}
        self.refused(
            "release_result_once_per_check_and_scenario",
            lambda: ReleaseCheckResult.objects.create(**said, outcome="passed"),
        )
        other = add("other")
        self.refused(
            "release_result_passed_has_no_differences",
            lambda: ReleaseCheckResult.objects.create(
                **{**said, "scenario": other}, outcome="passed", differences=["But no."]
            ),
        )


def test_every_shipped_scenario_is_named_like_its_file_and_can_be_kept(monkeypatch):
    monkeypatch.undo()

    load_scenarios(at=NOW)

    assert {one.key for one in ReleaseScenario.objects.all()} == set(shipped_files())
    for one in ReleaseScenario.objects.all():
        save_scenario(scenario=one, text=one.text, area=one.area, plan=None, is_active=True, at=NOW)
        assert one.key in shipped_files()
