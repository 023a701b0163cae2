"""What answers are made of can be made again from what was recorded, and a difference has a name."""

import pytest
from django.core.management import CommandError, call_command

from billing.models import SeatHolding, UsageTotal
from billing.operations.record_usage import ReportedUsage, record_usage
from billing.operations.verify_entitlements import verify_entitlements
from tests.billing.entitlements.world import NOW
from tests.seatworld import day


@pytest.fixture
def used(people):
    people.give("ada", day(2, 10), kind="seat_suspended")
    people.give("bob")
    record_usage(
        reports=[ReportedUsage("product", "u-1", "acme", "credits", 3, "bob")], client=None, at=NOW
    )
    return people


def test_spans_and_totals_are_what_the_records_say(used, capsys):
    call_command("verify_entitlements")

    assert "3 spans of seats and 2 totals" in capsys.readouterr().out


def test_a_span_and_a_total_somebody_changed_are_named(used):
    SeatHolding.objects.filter(state="suspended").update(state="active")
    UsageTotal.objects.filter(grantee=None, group=None).update(quantity=99)

    differences = verify_entitlements(customer="acme").differences

    assert len(differences) == 3
    assert any("the ledger says suspended" in one for one in differences)
    assert any("only stored is active" in one for one in differences)
    assert any("credits of all" in one and "is 99" in one for one in differences)
    with pytest.raises(CommandError, match="3 differences"):
        call_command("verify_entitlements", customer="acme")
