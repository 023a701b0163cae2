"""Recovery recommends. Seats, memberships and entitlements are byte for byte what they were."""

import ast
from datetime import timedelta

import pytest
from django.core import serializers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AccessAdvice, Grantee, Group, Membership
from accounts.operations.advise_access import advise_access
from billing.models import EntitlementEvent, LedgerHead, SeatLedgerEntry, Subscription
from config.environment import BASE_DIR
from dunning.operations.hand_over_case import hand_over_case
from dunning.operations.pause_case import pause_case
from kernel.refusal import Refusal
from tests.dunning.case_world import FAILED_AT, collect, fail, pay, the_case, tick
from tests.seatworld import SeatWorld, day

WHO_USES = (EntitlementEvent, SeatLedgerEntry, LedgerHead, Subscription, Group, Grantee, Membership)
CODES = ["do_not_honor", "stolen_card", "insufficient_funds", "processing_error"]
ACTS = st.one_of(
    st.sampled_from([f"decline:{code}" for code in CODES]),
    st.sampled_from(["pay", "pay a part", "pause", "hand over", "nothing"]),
)


def snapshot() -> str:
    return "\n".join(
        serializers.serialize("json", model.objects.order_by("pk")) for model in WHO_USES
    )


@pytest.mark.django_db
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(days=st.lists(st.tuples(st.integers(1, 9), ACTS), min_size=3, max_size=9))
def test_whatever_recovery_does_who_uses_what_stays_byte_for_byte(days, rolled_back):
    with rolled_back():
        world = SeatWorld.make()
        people = Group.objects.get(customer=world.customer)
        someone = Grantee.objects.create(external_id="g1")
        Membership.objects.create(customer=world.customer, group=people, grantee=someone)
        fail(world)
        before = snapshot()

        at = FAILED_AT
        for wait, act in days:
            at += timedelta(days=wait)
            do(world, act, at)

        assert snapshot() == before
        for advice in AccessAdvice.objects.filter(level="suspend"):
            assert advice.since >= FAILED_AT + timedelta(days=14 + 7)


def do(world: SeatWorld, act: str, at) -> None:
    tick(at)
    collect(at, act.removeprefix("decline:") if act.startswith("decline") else "do_not_honor")
    case = the_case()
    try:
        if act == "pay":
            pay(world, at)
        elif act == "pay a part":
            pay(world, at, 10_00)
        elif act == "pause":
            pause_case(case_id=case.pk, until=at + timedelta(days=3), reason="x", at=at)
        elif act == "hand over":
            hand_over_case(case_id=case.pk, reason="x", at=at)
    except Refusal:
        assert case.state in ("closed", "handed_over")
    tick(at + timedelta(minutes=1))


def test_no_module_of_recovery_names_a_table_of_who_uses():
    forbidden = {model.__name__ for model in WHO_USES} | {"billing.models", "accounts.models"}
    for path in (BASE_DIR / "dunning").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                named = {alias.name for alias in node.names} | {node.module}
                assert not named & forbidden, f"{path.name} imports {named & forbidden}"


def test_saying_the_same_advice_again_changes_nothing(world):
    said = {"customer_id": world.customer.pk, "reason_code": "x", "words": "Pay, please."}
    first = advise_access(level="banner", at=day(2, 1), **said)

    assert advise_access(level="banner", at=day(2, 2), **said) == first
    advise_access(level="suspend", at=day(2, 3), **said)
    assert advise_access(level="none", at=day(2, 4), **said) is None

    told = AccessAdvice.objects.order_by("since").values_list("level", "since", "until")
    assert list(told) == [
        ("banner", day(2, 1), day(2, 3)), ("suspend", day(2, 3), day(2, 4)),
    ]  # fmt: skip
