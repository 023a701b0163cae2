"""Each detector finds what it is for, stays silent otherwise, and never opens the same twice."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from uuid6 import uuid7

from billing.models import (
    Invoice,
    InvoiceLine,
    InvoiceTax,
    RatedSpan,
    Rating,
    Subscription,
)
from desk.models import DetectorRule, Incident, IncidentAffected, IncidentFinding
from desk.operations.detect_incidents import detect_incidents
from tests.desk import world as desk_world
from tests.desk.incidents.incident_world import bill_again, report_members
from tests.seatworld import SeatWorld, day

pytestmark = pytest.mark.django_db


def run(detector, at):
    (one,) = detect_incidents(at=at, only=[detector])
    return one


def words_of(detector):
    return [one.found for one in IncidentFinding.objects.filter(detector=detector)]


class TestBilledTwice:
    def test_two_lines_for_the_same_seats_and_days_are_found(self, world):
        world.push(day(1, 18))
        bill_again(RatedSpan.objects.get(), at=day(1, 19))

        assert run("billed_twice", day(1, 20)).new == 1
        assert "25 member seats for 31 days" in words_of("billed_twice")[0]
        (row,) = IncidentAffected.objects.all()
        assert (row.amount_minor, row.currency) == (200_00, "USD")
        assert Incident.objects.get().playbook == "duplicate_charge"

    def test_more_seats_at_the_same_moment_are_not_twice(self):
        world = SeatWorld.make({"increase_invoicing": "immediate"})
        world.push(day(1, 18))
        for number in (1, 2):
            world.send(f"e{number}", day(1, 20, number), quantity=number, effective_at=day(1, 20))
            world.push(day(1, 20 + number))
        assert InvoiceLine.objects.count() == 3
        bases = RatedSpan.objects.filter(kind="proration").values_list("basis", flat=True)
        assert len(set(bases)) == 1

        assert run("billed_twice", day(1, 25)).found == 0

    def test_a_corrected_and_adjusted_period_is_not_twice(self, world):
        world.push(day(1, 18))
        world.send("late", day(2, 1), quantity=3, effective_at=day(1, 20))
        world.push(day(2, 18))
        assert InvoiceLine.objects.count() > 2

        assert run("billed_twice", day(2, 20)).found == 0


class TestLateRemoval:
    def test_a_removal_heard_of_long_after_is_found(self, world):
        world.push(day(1, 18))
        world.send("gone", day(2, 1), kind="seat_removed", quantity=2, effective_at=day(1, 20))

        assert run("late_removal", day(2, 2)).new == 1
        assert words_of("late_removal") == [
            "2 member seats of acme-team were removed on 2026-01-20 00:00 UTC and recorded 12 days later."
        ]
        assert IncidentAffected.objects.get().invoice == Invoice.objects.get()

    def test_a_removal_within_the_limit_and_a_late_addition_are_not(self, world):
        world.send("gone", day(1, 22), kind="seat_removed", quantity=2, effective_at=day(1, 20))
        world.send("more", day(2, 1), quantity=2, effective_at=day(1, 20))
        world.send(
            "move", day(2, 1), kind="seat_moved", to_seat_type="viewer", effective_at=day(1, 21)
        )

        assert run("late_removal", day(2, 1)).found == 0
        assert run("late_removal", day(1, 23)).found == 0

    def test_people_set_how_late_is_late(self, world):
        world.send("gone", day(1, 22), kind="seat_removed", quantity=2, effective_at=day(1, 20))
        DetectorRule.objects.create(detector="late_removal", window_days=3, at_least=24)

        assert run("late_removal", day(1, 23)).new == 1

    def test_a_detector_that_is_off_does_not_run(self, world):
        DetectorRule.objects.create(
            detector="late_removal", is_on=False, window_days=3, at_least=24
        )

        assert detect_incidents(at=day(1, 23), only=["late_removal"]) == []


class TestSeatDrift:
    def test_seats_nobody_uses_are_found_once_a_month(self, world):
        report_members(world, 20, at=day(2, 1))
        first = run("seat_drift", day(2, 1))
        report_members(world, 19, at=day(2, 2))
        second = run("seat_drift", day(2, 2))

        assert [(one.found, one.new) for one in (first, second)] == [(1, 1), (1, 0)]
        row = IncidentAffected.objects.get()
        assert (row.seat_type, row.seats) == ("member", 20)
        assert "25 member seats of acme-team are billed; the product counted 20" in row.found

    def test_a_small_gap_is_not_a_drift(self, world):
        report_members(world, 24, at=day(2, 1))

        assert run("seat_drift", day(2, 1)).found == 0

    def test_the_ledger_is_read_as_of_the_report_with_late_news_and_corrections(self, world):
        world.send("a", day(1, 20), quantity=5, effective_at=day(1, 20))
        world.send("set", day(1, 22), kind="quantity_set", quantity=40, effective_at=day(1, 22))
        world.send("b", day(1, 24), quantity=2, effective_at=day(1, 24))
        world.send("late", day(1, 25), quantity=9, effective_at=day(1, 21))
        world.send("bb", day(1, 26), kind="correction", corrects="b", new_quantity=4)
        world.send("next", day(1, 27), quantity=100, effective_at=day(2, 9))
        report_members(world, 44, at=day(1, 28))
        assert run("seat_drift", day(1, 28)).found == 0

        report_members(world, 39, at=day(1, 29))
        assert run("seat_drift", day(1, 29)).new == 1
        assert words_of("seat_drift")[0].startswith("44 member seats")

    def test_a_report_before_the_window_says_nothing(self, world):
        report_members(world, 2, at=day(2, 1))

        assert run("seat_drift", day(2, 20)).found == 0


def tax(invoice, treatment):
    return InvoiceTax.objects.create(
        customer=invoice.customer, invoice=invoice, number=1, name="VAT", jurisdiction="DE",
        treatment=treatment, category_code="S", rate_percent=0, base_minor=0, amount_minor=0,
        positions=[1], tax_point=invoice.cycle_date, rule="test", words="", inputs={},
    )  # fmt: skip


@pytest.fixture
def two_months(world):
    """January's and February's invoices, issued."""
    return [world.push(at)[0] for at in (day(1, 18), day(2, 18))]


class TestTaxChanged:
    @pytest.mark.parametrize(("second", "found"), [("reverse_charge", 1), ("standard", 0)])
    def test_a_treatment_unlike_the_invoice_before_is_found(self, catalog, second, found):
        subscription = desk_world.make_customer(catalog)
        entry = desk_world.write_entry(catalog, subscription, added=2, at=desk_world.START)
        invoices = []
        for treatment in ("standard", second):
            draft = desk_world.write_invoice(catalog, subscription, [entry], is_final=False)
            tax(draft, treatment)
            desk_world.finalize(catalog, draft, 8000)
            invoices.append(draft)

        assert run("tax_changed", day(2, 2)).new == found
        if found:
            assert words_of("tax_changed") == [
                "IE-000002 is taxed as reverse_charge in DE; IE-000001 before it was taxed as "
                "standard in DE."
            ]
            assert IncidentAffected.objects.get().invoice_id == invoices[1].pk


class TestUnusualInvoice:
    def months(self, world, seats):
        """Seven invoices as usual, then one with so many seats."""
        for month in range(1, 8):
            world.push(day(month, 18))
        world.send("grow", day(8, 1), kind="quantity_set", quantity=seats, effective_at=day(8, 15))
        world.push(day(8, 18))

    @pytest.mark.parametrize(("seats", "found"), [(100, 1), (30, 0), (0, 0)])
    def test_an_amount_far_off_the_others_is_found(self, world, seats, found):
        self.months(world, seats)

        assert run("unusual_invoice", day(8, 19)).new == found
        if found:
            assert (
                "800.00 USD before tax; the 7 before it say between"
                in words_of("unusual_invoice")[0]
            )

    def test_an_invoice_in_between_is_not_judged_nor_compared_with(self):
        world = SeatWorld.make({"increase_invoicing": "immediate"})
        for month in range(1, 8):
            world.push(day(month, 18))
            world.send(f"e{month}", day(month, 20), quantity=1, effective_at=day(month, 20))
            world.push(day(month, 22))
        assert Invoice.objects.exclude(number="").count() == 14

        assert run("unusual_invoice", day(7, 23)).found == 0

    def test_little_history_says_nothing(self, world, two_months):
        world.send("grow", day(3, 1), kind="quantity_set", quantity=900, effective_at=day(3, 15))
        world.push(day(3, 18))

        assert run("unusual_invoice", day(3, 19)).found == 0


class TestInvoiceMissing:
    def test_a_subscription_that_was_never_rated_is_found(self, world):
        result = run("invoice_missing", day(1, 25))

        assert result.new == 1
        assert "is on no invoice since its start" in words_of("invoice_missing")[0]

    def test_a_cycle_the_rate_stage_forgot_is_found(self, world):
        world.push(day(1, 18))
        Subscription.objects.update(rate_due_at=None)

        assert run("invoice_missing", day(2, 16)).found == 0
        assert run("invoice_missing", day(2, 25)).new == 1
        assert "the rate stage does not wait for it" in words_of("invoice_missing")[0]

    def test_what_was_rated_and_never_drafted_is_found(self, world):
        world.push(day(1, 18))
        Subscription.objects.update(rating_count=2)
        Rating.objects.create(
            customer=world.customer, subscription=world.subscription, number=2, as_of=day(2, 15),
            rated_at=day(2, 15), known_position=1,
        )  # fmt: skip

        assert run("invoice_missing", day(2, 20)).new == 1

    def test_who_was_invoiced_or_has_no_seats_or_ended_is_not(self, world):
        world.push(day(1, 18))
        assert run("invoice_missing", day(2, 10)).found == 0

        world.send("none", day(2, 1), kind="quantity_set", quantity=0, effective_at=day(2, 1))
        world.push(day(2, 18))
        Subscription.objects.update(rate_due_at=None)
        assert run("invoice_missing", day(3, 25)).found == 0

        Subscription.objects.update(ends_on=day(2, 15).date(), state="ended")
        assert run("invoice_missing", day(2, 25)).found == 0


class TestEveryDay:
    def test_the_same_is_found_once_and_news_joins_the_open_incident(self, world):
        world.send("one", day(2, 1), kind="seat_removed", quantity=1, effective_at=day(1, 20))
        first = run("late_removal", day(2, 1))
        again = run("late_removal", day(2, 2))
        world.send("two", day(2, 3), kind="seat_removed", quantity=1, effective_at=day(1, 21))
        more = run("late_removal", day(2, 3))

        assert [(one.found, one.new) for one in (first, again, more)] == [(1, 1), (1, 0), (2, 1)]
        assert first.incident_id == more.incident_id
        assert IncidentAffected.objects.count() == 2

    def test_once_contained_news_opens_another_incident(self, world):
        world.send("one", day(2, 1), kind="seat_removed", quantity=1, effective_at=day(1, 20))
        first = run("late_removal", day(2, 1))
        Incident.objects.update(state="mitigated", contained_at=day(2, 2))
        world.send("two", day(2, 3), kind="seat_removed", quantity=1, effective_at=day(1, 21))

        assert run("late_removal", day(2, 3)).incident_id not in (None, first.incident_id)

    def test_all_of_a_quiet_day_open_nothing(self, world, two_months):
        report_members(world, 25, at=day(2, 19))

        assert [one.new for one in detect_incidents(at=day(2, 20))] == [0] * 6
        assert not Incident.objects.exists()

    def test_the_queries_do_not_grow_with_what_is_found(self, world, django_assert_num_queries):
        for size, month in ((1, 2), (12, 3)):
            for number in range(size):
                world.send(
                    f"{month}-{number}", day(month, 2), kind="seat_removed", quantity=1,
                    effective_at=day(1, 20),
                )  # fmt: skip
            Incident.objects.update(state="mitigated", contained_at=day(2, 28))
            with django_assert_num_queries(16):
                assert run("late_removal", day(month, 3)).new == size


def test_incident_finding_once_per_detector_and_subject(world):
    world.send("one", day(2, 1), kind="seat_removed", quantity=1, effective_at=day(1, 20))
    run("late_removal", day(2, 1))
    known = IncidentFinding.objects.get()

    with (
        pytest.raises(IntegrityError, match="incident_finding_once_per_detector_and_subject"),
        transaction.atomic(),
    ):
        IncidentFinding.objects.create(
            incident=known.incident, detector=known.detector, subject=known.subject, found="again",
            found_at=day(2, 2),
        )  # fmt: skip


def test_incident_one_open_per_detector(world):
    world.send("one", day(2, 1), kind="seat_removed", quantity=1, effective_at=day(1, 20))
    run("late_removal", day(2, 1))
    copy = Incident.objects.get()
    copy.pk, copy._state.adding = uuid7(), True

    with (
        pytest.raises(IntegrityError, match="incident_one_open_per_detector"),
        transaction.atomic(),
    ):
        copy.save()


@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({"window_days": 0}, "detector_rule_window_is_1_to_400_days"),
        ({"window_days": 401}, "detector_rule_window_is_1_to_400_days"),
        ({"at_least": Decimal(-1)}, "detector_rule_limits_are_not_negative"),
        ({"percent": Decimal(-1)}, "detector_rule_limits_are_not_negative"),
    ],
)
def test_limits_that_make_no_sense_are_refused(given, constraint):
    said = {"detector": "seat_drift", "window_days": 3, "at_least": 1, **given}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DetectorRule.objects.create(**said)
