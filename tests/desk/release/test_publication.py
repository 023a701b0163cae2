"""No policy and no price is published unchecked: the scenarios are played under its terms first."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from billing.models import Price, SeatPolicy
from billing.pipeline import STAGES
from desk.calc.proposal import Proposal, as_json, from_json
from desk.enums import CheckReason
from desk.models import ReleaseCheckRun, ReleaseScenario
from desk.operations.allow_publication import (
    CheckMissing,
    CheckRunning,
    allow_publication,
    check_proposal,
)
from desk.operations.release_check import play_release_check
from tests.desk.release.small import NOW, add, check

pytestmark = pytest.mark.usefixtures("db", "nothing_shipped")
HALF_MONTH = """
id: seats-removed
about: Two of ten seats go in the middle of April
currency: EUR
timezone: UTC
plan: {interval: month, seat_types: {member: {price: "1.00"}}}
subscription: {start: 2026-04-01, seats: {member: 10}}
events:
  - {id: removed, at: 2026-04-16, remove: 2, seat_type: member}
until: 2026-05-01
expect: {last_invoice_total: "64.00"}
"""


@pytest.fixture
def scenario(catalog) -> ReleaseScenario:
    """Of the plan Team: 8.00 a month, and its policy gives nothing back."""
    return add(text=HALF_MONTH, plan=catalog.plan)


@pytest.fixture
def anna(db):
    return User.objects.create_user("anna")


def policy_of(catalog, **settings):
    return Proposal(
        plan_id=str(catalog.plan.pk), interval_unit="month", interval_count=1, settings=settings
    )


class TestTheTermsPlayed:
    def test_a_scenario_of_a_plan_plays_its_newest_policy_and_prices(self, scenario):
        assert check().is_clean

    def test_a_proposed_policy_takes_the_place_of_the_newest(self, catalog, scenario):
        run = check(proposal=policy_of(catalog, decrease_credit="prorated"))

        (result,) = run.results.all()
        # 2 × 8.00 × 15/30 = 8.00 back
        assert result.differences == ["The last invoice comes to 56.00, not 64.00."]

    def test_a_proposed_price_takes_the_place_of_the_newest(self, catalog, scenario):
        price = {
            "mode": "per_unit", "tiers": [{"up_to": None, "price_minor": 900}], "included": 0,
            "ratio_of": None, "ratio_each": 0, "billable": True,
        }  # fmt: skip
        proposal = Proposal(
            str(catalog.plan.pk), "month", 1, seat_type="member", currency="EUR", price=price
        )

        (result,) = check(proposal=from_json(as_json(proposal))).results.all()

        assert result.differences == ["The last invoice comes to 72.00, not 64.00."]

    def test_terms_of_another_interval_change_nothing(self, catalog, scenario):
        proposal = Proposal(str(catalog.plan.pk), "month", 12, settings={"decrease_credit": "full"})

        assert check(proposal=proposal).is_clean

    def test_a_plan_without_the_price_is_told_and_not_played(self, catalog, scenario):
        text = scenario.text.replace("currency: EUR", "currency: USD")
        ReleaseScenario.objects.update(text=text)

        (result,) = check().results.all()

        assert (result.outcome, "no price of it in USD" in result.differences[0]) == (
            "unusable", True,
        )  # fmt: skip


class TestAllowing:
    def test_unchecked_or_running_is_refused(self, catalog, scenario, anna):
        proposal = policy_of(catalog, decrease_credit="none")
        with pytest.raises(CheckMissing):
            allow_publication(proposal=proposal, by=anna, at=NOW)

        check_proposal(proposal=proposal, subject="Team", at=NOW, by=anna)

        with pytest.raises(CheckRunning):
            allow_publication(proposal=proposal, by=anna, at=NOW)

    def test_an_old_check_and_one_from_before_a_scenario_changed_do_not_count(
        self, catalog, scenario, anna
    ):
        proposal = policy_of(catalog, decrease_credit="none")
        check(NOW, proposal=proposal)
        allow_publication(proposal=proposal, by=anna, at=NOW + timedelta(hours=11))

        with pytest.raises(CheckMissing):
            allow_publication(proposal=proposal, by=anna, at=NOW + timedelta(hours=13))
        ReleaseScenario.objects.update(changed_at=NOW + timedelta(minutes=1))
        with pytest.raises(CheckMissing):
            allow_publication(proposal=proposal, by=anna, at=NOW + timedelta(minutes=2))

    def test_the_check_covers_its_own_terms_only(self, catalog, scenario, anna):
        check(NOW, proposal=policy_of(catalog, decrease_credit="none"))

        with pytest.raises(CheckMissing):
            allow_publication(proposal=policy_of(catalog, decrease_credit="full"), by=anna, at=NOW)


class TestPublishingAtTheAdmin:
    def publish(self, client, catalog, **said):
        return client.post(
            reverse("admin:billing_seatpolicy_add"),
            {
                "plan": catalog.plan.pk, "interval_unit": "month", "interval_count": 1,
                "effective_from": timezone.now().date().isoformat(), "note": "", **said,
            },
        )  # fmt: skip

    def play(self):
        run = ReleaseCheckRun.objects.first()
        return play_release_check(run_id=run.pk, stages=STAGES, now=timezone.now)

    def test_the_first_press_checks_and_the_second_publishes(
        self, as_role, catalog, scenario, django_capture_on_commit_callbacks
    ):
        client = as_role("approver")

        with django_capture_on_commit_callbacks() as sent:
            first = self.publish(client, catalog, decrease_credit="none")
        run = self.play()
        second = self.publish(client, catalog, decrease_credit="none")

        assert (first.status_code, len(sent), run.reason) == (200, 1, CheckReason.POLICY)
        assert "being played under these terms" in first.content.decode()
        assert (second.status_code, SeatPolicy.objects.count()) == (302, 2)
        assert ReleaseCheckRun.objects.count() == 1

    def test_differences_are_shown_and_publishing_asks_why(self, as_role, catalog, scenario):
        client = as_role("approver")
        self.publish(client, catalog)
        self.play()

        shown = self.publish(client, catalog).content.decode()
        published = self.publish(client, catalog, why="We give back from now on")

        assert "The last invoice comes to 56.00, not 64.00." in shown
        assert "Why the differences are right" in shown
        assert (published.status_code, SeatPolicy.objects.count()) == (302, 2)
        run = ReleaseCheckRun.objects.get()
        assert run.acknowledgment == "We give back from now on"
        assert run.acknowledged_by.username.startswith("approver")

    def test_changed_terms_are_checked_anew(self, as_role, catalog, scenario):
        client = as_role("approver")
        self.publish(client, catalog, decrease_credit="none")
        self.play()

        answer = self.publish(client, catalog, decrease_credit="none", minimum_seats="3")

        assert (answer.status_code, ReleaseCheckRun.objects.count()) == (200, 2)

    def test_a_price_is_checked_too(self, as_role, catalog, scenario):
        client = as_role("approver")
        said = {
            "seat_type": catalog.member.pk, "currency": "EUR", "interval_unit": "month",
            "interval_count": 1, "mode": "per_unit", "tiers": "9.00", "included": 0,
            "ratio_of": "", "ratio_each": 0, "billable": "on",
            "effective_from": timezone.now().date().isoformat(),
        }  # fmt: skip
        address = reverse("admin:billing_price_add")

        client.post(address, said)
        run = self.play()
        shown = client.post(address, said).content.decode()
        published = client.post(address, {**said, "why": "The new price list"})

        assert (run.reason, run.subject) == (CheckReason.PRICE, "Price of Member, EUR, a month")
        assert "The last invoice comes to 72.00, not 64.00." in shown
        assert (published.status_code, Price.objects.filter(version=2).exists()) == (302, True)

    def test_the_panel_follows_the_check_inside_the_form(self, as_role, catalog, scenario):
        client = as_role("approver")
        self.publish(client, catalog, decrease_credit="none")
        run = self.play()

        part = client.get(
            reverse("desk:release_check", args=[run.pk]),
            headers={"HX-Request": "true", "HX-Target": "publication-check"},
        ).content.decode()

        assert "Every scenario comes out as expected. Press Publish." in part

    def test_who_may_not_publish_starts_no_check(self, as_role, catalog, scenario):
        answer = self.publish(as_role("analyst"), catalog)

        assert (answer.status_code, ReleaseCheckRun.objects.count()) == (403, 0)


def test_the_same_terms_have_the_same_digest(db, catalog):
    one = policy_of(catalog, decrease_credit="none", anchor="fixed")
    other = policy_of(catalog, anchor="fixed", decrease_credit="none")

    assert (one.digest == other.digest, one.digest == policy_of(catalog).digest) == (True, False)
