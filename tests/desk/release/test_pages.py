"""The pages of the release check: watch one, start one, write a scenario."""

from datetime import timedelta

import pytest
from django.urls import reverse

from billing.pipeline import STAGES
from desk.models import ReleaseCheckRun, ReleaseScenario
from desk.operations.release_check import play_release_check
from desk.operations.save_scenario import save_scenario
from tests.desk.release.small import NOW, add, check, text

pytestmark = pytest.mark.usefixtures("db", "nothing_shipped")
HTMX = {"HX-Request": "true"}


def body(answer):
    return " ".join(answer.content.decode().split())


class TestWatching:
    def test_the_page_tells_the_last_result_and_lists_scenarios(self, as_role):
        add()
        check()

        page = body(as_role("support").get(reverse("desk:release")))

        assert "1 scenarios: 1 as expected." in page
        assert "Three seats for a month" in page
        assert "Check now" not in page

    def test_before_the_first_check_it_says_so(self, as_role):
        assert "Never checked" in body(as_role("support").get(reverse("desk:release")))

    def test_pressing_check_now_starts_one_and_its_page_follows_it(
        self, as_role, django_capture_on_commit_callbacks
    ):
        add()
        client = as_role("analyst")

        with django_capture_on_commit_callbacks() as sent:
            answer = client.post(reverse("desk:release_start"))

        run = ReleaseCheckRun.objects.get()
        assert (answer.url, len(sent)) == (reverse("desk:release_check", args=[run.pk]), 1)
        assert "playing 0 of 1" in body(client.get(answer.url))
        play_release_check(run_id=run.pk, stages=STAGES, now=lambda: NOW)
        part = body(client.get(answer.url, headers={**HTMX, "HX-Target": "check"}))
        assert ("<html" in part, "1 as expected" in part, "every 2s" in part) == (
            False,
            True,
            False,
        )

    def test_support_starts_none(self, as_role):
        assert as_role("support").post(reverse("desk:release_start")).status_code == 403

    def test_what_differs_comes_first_and_as_csv_too(self, as_role):
        add("right")
        add("wrong", total="25.00")
        run = check()
        client = as_role("support")

        page = client.get(reverse("desk:release_check", args=[run.pk]))
        file = b"".join(
            client.get(reverse("desk:release_check_csv", args=[run.pk])).streaming_content
        ).decode("utf-8-sig")

        assert [row.key for row in page.context_data["page"].rows] == ["wrong", "right"]
        assert "The last invoice comes to 24.00, not 25.00." in file.splitlines()[1]

    def test_an_unknown_check_is_not_found(self, as_role):
        missing = reverse("desk:release_check", args=["019ac000-0000-7000-8000-000000000000"])

        assert as_role("support").get(missing).status_code == 404

    @pytest.mark.parametrize("scenarios", [1, 3])
    def test_pages_take_the_same_number_of_queries_whatever_is_kept(
        self, as_role, scenarios, django_assert_max_num_queries
    ):
        for number in range(scenarios):
            add(f"number-{number}")
        run = check()
        check(NOW + timedelta(hours=1))
        client = as_role("support")

        with django_assert_max_num_queries(9):
            client.get(reverse("desk:release"))
        with django_assert_max_num_queries(10):
            client.get(reverse("desk:release_check", args=[run.pk]))


class TestWriting:
    def fields(self, **said):
        return {"text": text(), "area": "seats", "plan": "", "is_active": "on", "why": "", **said}

    def test_an_approver_writes_one_and_changes_it(self, as_role):
        client = as_role("approver")

        client.post(reverse("desk:release_scenario_new"), self.fields())
        scenario = ReleaseScenario.objects.get()
        page = reverse("desk:release_scenario", args=[scenario.pk])
        answer = client.post(page, self.fields(text=text(total="25.00"), why="Dearer now"))

        scenario.refresh_from_db()
        assert (answer.url, scenario.key, "25.00" in scenario.text) == (page, "three-seats", True)
        shown = body(client.get(page))
        assert "Dearer now" in shown
        assert scenario.history.first().history_user.username.startswith("approver")

    def test_what_cannot_be_played_is_told_at_its_field_and_not_kept(self, as_role):
        page = body(
            as_role("approver").post(
                reverse("desk:release_scenario_new"), self.fields(text="id: nothing else")
            )
        )

        assert "is missing" in page
        assert not ReleaseScenario.objects.exists()

    def test_an_earlier_version_can_be_read_again(self, as_role):
        scenario = add()
        first = scenario.history.get().history_id
        save_scenario(
            scenario=scenario, text=text(total="25.00"), area="seats", plan=None, is_active=True,
            at=NOW,
        )  # fmt: skip

        page = body(
            as_role("support").get(
                reverse("desk:release_scenario", args=[scenario.pk]), {"version": first}
            )
        )

        assert ("24.00" in page, "25.00" in page) == (True, False)

    def test_it_is_played_before_it_is_kept(self, as_role):
        client = as_role("approver")

        part = body(client.post(reverse("desk:release_play"), self.fields(text=text(total="1.00"))))

        assert "The last invoice comes to 24.00, not 1.00." in part
        assert "3 Member" in part
        assert not ReleaseScenario.objects.exists()

    def test_a_story_of_a_hundred_years_is_not_played(self, as_role):
        long = text().replace("until: 2026", "until: 2126")

        part = body(as_role("approver").post(reverse("desk:release_play"), self.fields(text=long)))

        assert "is more than 5 years after the start" in part

    def test_an_analyst_reads_and_does_not_write(self, as_role):
        scenario = add()
        client = as_role("analyst")
        page = reverse("desk:release_scenario", args=[scenario.pk])

        client.post(page, self.fields(text=text(total="25.00")))

        scenario.refresh_from_db()
        assert ("24.00" in scenario.text, "Keep it" in body(client.get(page))) == (True, False)
