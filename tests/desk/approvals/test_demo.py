"""The demo's people: a discount that holds the draft of the coming night, and one agreed in time."""

from accounts.models import ExceptionRequest
from billing.models import Invoice
from desk.demo.exceptions import MOMENTS, live_exceptions
from tests.seatworld import day


def test_a_discount_asked_for_in_the_evening_holds_the_draft_of_the_night(approvals):
    live_exceptions(days_left=1, at=day(3, 14, 20))

    approvals.seats.push(day(3, 15, 4))

    asked = ExceptionRequest.objects.get()
    assert (asked.state, asked.blocks_drafts, asked.starts_on) == (
        "requested", True, day(3, 15).date(),
    )  # fmt: skip
    assert Invoice.objects.filter(state="draft").count() == 1


def test_a_discount_agreed_in_time_is_on_the_invoice(approvals):
    live_exceptions(days_left=180, at=day(3, 14, 20))

    approvals.seats.push(day(3, 15, 4))

    assert ExceptionRequest.objects.get().state == "approved"
    assert Invoice.objects.get(cycle_date=day(3, 15).date()).total_minor == 680_00


def test_every_moment_lives_through_its_day(approvals):
    """With one customer most find nobody to ask for; none fails for it."""
    for days_left in sorted(MOMENTS, reverse=True):
        live_exceptions(days_left=days_left, at=day(3, 14, 20))

    assert set(ExceptionRequest.objects.values_list("kind", flat=True)) == {
        "discount", "write_off", "authority_change",
    }  # fmt: skip
