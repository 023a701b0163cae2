"""Two small scenarios of one's own, so that a check is quick."""

from datetime import UTC, datetime

from billing.pipeline import STAGES
from desk.enums import CheckReason
from desk.models import ReleaseScenario
from desk.operations.release_check import play_release_check, start_release_check
from desk.operations.save_scenario import save_scenario

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TEXT = """
id: {id}
about: Three seats for a month
currency: EUR
timezone: UTC
plan: {{interval: month, seat_types: {{member: {{price: "8.00"}}}}}}
subscription: {{start: 2026-04-01, seats: {{member: 3}}}}
until: 2026-04-01
expect: {{last_invoice_total: "{total}"}}
"""


def text(id="three-seats", total="24.00"):
    return TEXT.format(id=id, total=total)


def add(id="three-seats", total="24.00", **said) -> ReleaseScenario:
    return save_scenario(
        **{
            "scenario": None, "text": text(id, total), "area": "seats", "plan": None,
            "is_active": True, "at": NOW, **said,
        }
    )  # fmt: skip


def check(at=NOW, proposal=None, reason=CheckReason.DESK):
    run = start_release_check(reason=reason, at=at, proposal=proposal)
    return play_release_check(run_id=run.pk, stages=STAGES, now=lambda: at)
