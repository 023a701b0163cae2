"""What the demo's plans promise their customers, as release scenarios, and the first check of them."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from billing.models import Plan
from billing.pipeline import STAGES
from desk.enums import CheckReason, ScenarioArea
from desk.operations.release_check import play_release_check, start_release_check
from desk.operations.save_scenario import save_scenario

TEAM = """id: board-team-seats-added
about: Board Team charges added seats from their day on, on the next invoice
currency: EUR
timezone: Europe/Berlin
plan: {interval: month, seat_types: {member: {price: "8.50"}, viewer: {billable: false}}}
subscription: {start: 2026-06-01, seats: {member: 10}}
events:
  # 16 to 30 June are 15 of 30 days: 2 × 8.50 × 15/30 = 8.50
  - {id: added, at: 2026-06-16, add: 2, seat_type: member}
  - {id: looking-on, at: 2026-06-20, add: 30, seat_type: viewer}
until: 2026-07-01
expect:
  invoices:
    - {issued: 2026-06-01, total: "85.00"}
    - {issued: 2026-07-01, total: "110.50", lines: [{amount: "8.50"}, {quantity: 12, amount: "102.00"}]}
"""
BUSINESS = """id: board-business-vacated-seats-refill
about: Board Business fills vacated seats again free of charge
currency: EUR
timezone: Europe/Berlin
plan: {interval: month, seat_types: {member: {price: "14.50"}}}
subscription: {start: 2026-06-01, seats: {member: 10}}
events:
  - {id: gone, at: 2026-06-10, remove: 2, seat_type: member}
  - {id: refilled, at: 2026-06-20, add: 2, seat_type: member}
until: 2026-07-01
expect:
  invoices:
    - {issued: 2026-06-01, total: "145.00"}
    - {issued: 2026-07-01, total: "145.00"}
  seats: {member: 10}
"""
PULSE = """id: relay-pulse-pays-afterwards
about: Relay Pulse is charged when the month is over, by its days
currency: EUR
timezone: Europe/Berlin
plan: {interval: month, seat_types: {agent: {price: "19.00"}}}
subscription: {start: 2026-06-01, seats: {agent: 5}}
events:
  - {id: added, at: 2026-06-16, add: 1, seat_type: agent}
until: 2026-07-01
expect:
  invoices:
    # 5 × 19.00 + 19.00 × 15/30
    - {issued: 2026-07-01, total: "104.50"}
"""
ENTERPRISE = """id: board-enterprise-ends-together
about: A Board Enterprise licence added later ends with the others
currency: EUR
timezone: Europe/Berlin
plan: {interval: year, seat_types: {member: {price: "180.00"}}}
subscription: {start: 2026-01-01, seats: {member: 10}}
events:
  # 1 July to 31 December are 184 of 365 days: 180.00 × 184/365 = 90.740
  - {id: added, at: 2026-07-01, add: 1, seat_type: member}
until: 2027-01-01
expect:
  invoices:
    - {issued: 2026-01-01, total: "1800.00"}
    - {issued: 2026-07-01, total: "90.74"}
    - {issued: 2027-01-01, total: "1980.00"}
"""
PROMISES = (
    ("board-team", ScenarioArea.SEATS, TEAM),
    ("board-business", ScenarioArea.SEATS, BUSINESS),
    ("relay-pulse", ScenarioArea.TERMS, PULSE),
    ("board-enterprise", ScenarioArea.TERMS, ENTERPRISE),
)


def write_promises(*, at: datetime) -> None:
    """Each under the policy and prices of its plan, whatever is published later."""
    carla = User.objects.get(username="carla")
    for code, area, text in PROMISES:
        save_scenario(
            scenario=None, text=text, area=area, plan=Plan.objects.get(code=code),
            is_active=True, at=at, by=carla, why="What the contract says",
        )  # fmt: skip


def check_promises(*, at: datetime) -> None:
    """The first release check, with the scenarios that come with the product."""
    run = start_release_check(reason=CheckReason.DESK, at=at, by=User.objects.get(username="carla"))
    play_release_check(run_id=run.pk, stages=STAGES, now=timezone.now)
