"""Small scenarios in tests: a mapping as the YAML file would hold it, played like one."""

from collections.abc import Mapping, Sequence
from typing import Any

from billing.calc.scenario.read import read_scenario
from billing.operations.play_scenario import play_scenario
from billing.pipeline import STAGES


def scenario(
    *,
    events: Sequence[Mapping[str, Any]] = (),
    policy: Mapping[str, Any] | None = None,
    expect: Mapping[str, Any] | None = None,
    **others: Any,
) -> dict[str, Any]:
    """Five seats at 30.00 a month from 1 June 2026 to 1 July, unless told otherwise."""
    return {
        "id": "story",
        "currency": "EUR",
        "timezone": "UTC",
        "plan": {"interval": "month", "seat_types": {"member": {"price": "30.00"}}},
        "policy": policy or {},
        "subscription": {"start": "2026-06-01", "seats": {"member": 5}},
        "events": list(events),
        "until": "2026-07-01",
        "expect": expect or {},
        **others,
    }


def play(value: Mapping[str, Any]) -> dict[str, Any]:
    return play_scenario(story=read_scenario(value), stages=STAGES)
