"""`manage.py close_check` prints the checklist and fails while something keeps the month open."""

import pytest
from django.core.management import CommandError, call_command

from billing.models import StageRefusal
from tests.billing.close.closing import live
from tests.seatworld import day


@pytest.fixture
def lived(world, time_machine):
    live(world, day(3, 2))
    time_machine.move_to(day(3, 3))
    return world


def test_a_clean_month_says_so(lived, capsys):
    call_command("close_check", "SW", "2026-01")

    said = capsys.readouterr().out
    assert "The books reconcile to zero: passed. 10 checks over " in said
    assert "Nothing keeps 2026-01 of SW open." in said


def test_what_keeps_it_open_is_listed_and_fails(lived, capsys):
    StageRefusal.objects.create(
        stage="rate", subject_id=lived.subscription.pk, subject_label="acme-team", code="no_price",
        message="No price is published.", first_at=day(1, 20), last_at=day(1, 20),
    )  # fmt: skip

    with pytest.raises(CommandError, match="1 items keep 2026-01 open") as refused:
        call_command("close_check", "SW", "2026-01")

    assert refused.value.returncode == 1
    assert "rate: acme-team 2026-01-20: No price is published." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("entity", "month", "words"),
    [
        ("XX", "2026-01", "No billing entity has the code"),
        ("SW", "January", "Write the month as 2026-10"),
        ("SW", "2026-03", "March 2026 goes on until 2026-03-31"),
    ],
)
def test_what_cannot_be_checked_is_said(lived, entity, month, words):
    with pytest.raises(CommandError, match=words) as refused:
        call_command("close_check", entity, month)

    assert refused.value.returncode == 2
