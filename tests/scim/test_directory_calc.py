"""What a person of the directory should have: examples and a property, without a database."""

from hypothesis import given
from hypothesis import strategies as st

from billing.calc.directory import HeldSeat, Rule, Step, Wanted, steps_to, wanted_of

EDITORS = Rule("editors", group="design", subscription="team", seat_type="editor", rank=1)
VIEWERS = Rule("viewers", subscription="team", seat_type="viewer", rank=2)
ALL = Rule("", subscription="help", seat_type="reader", rank=9)
RULES = [VIEWERS, ALL, EDITORS]


def wanted(*groups: str, is_active: bool = True) -> Wanted:
    return wanted_of(RULES, directory_groups=groups, is_active=is_active, everyone="everyone")


def test_of_two_mappings_to_one_subscription_the_smaller_rank_gives_the_seat():
    assert wanted("viewers", "editors") == Wanted(
        frozenset(["design"]), {"team": EDITORS, "help": ALL}
    )


def test_whoever_is_in_no_mapped_group_gets_what_everybody_gets_and_is_in_everyone():
    assert wanted("accounting") == Wanted(frozenset(["everyone"]), {"help": ALL})


def test_somebody_inactive_gets_nothing():
    assert wanted("editors", is_active=False) == Wanted(frozenset(), {})


def test_a_first_seat_is_assigned_in_the_mapped_group():
    steps = steps_to(wanted("editors"), held=[], given={}, is_leaving=False)

    assert steps == (
        Step("assign", "team", "editor", group="design"),
        Step("assign", "help", "reader"),
    )


def test_a_seat_found_with_another_type_and_suspended_is_changed_and_given_back():
    held = [HeldSeat("team", "viewer", state="suspended"), HeldSeat("help", "reader")]

    steps = steps_to(wanted("editors"), held=held, given={"team": "release"}, is_leaving=False)

    assert steps == (
        Step("change_type", "team", "viewer", "editor"),
        Step("regroup", "team", "editor", group="design"),
        Step("reactivate", "team", "editor"),
    )


def test_leaving_a_group_takes_back_what_the_directory_gave_and_nothing_else():
    held = [HeldSeat("team", "editor"), HeldSeat("help", "reader"), HeldSeat("extra", "pro")]
    none = Wanted(frozenset(["everyone"]), {})

    steps = steps_to(
        none, held=held, given={"team": "suspend", "help": "release"}, is_leaving=False
    )

    assert steps == (Step("release", "help", "reader"), Step("suspend", "team", "editor"))


def test_leaving_the_company_takes_every_seat():
    held = [
        HeldSeat("team", "editor"),
        HeldSeat("extra", "pro"),
        HeldSeat("old", "x", "", "removed"),
    ]

    steps = steps_to(Wanted(frozenset(), {}), held=held, given={"team": "suspend"}, is_leaving=True)

    assert steps == (Step("release", "extra", "pro"), Step("suspend", "team", "editor"))


def test_a_seat_suspended_at_the_end_is_not_suspended_again():
    held = [HeldSeat("team", "editor", state="suspended")]

    steps = steps_to(Wanted(frozenset(), {}), held=held, given={"team": "suspend"}, is_leaving=True)

    assert steps == ()


def test_a_seat_whose_person_never_came_is_not_suspended_but_released():
    held = [HeldSeat("team", "editor", state="invited")]

    steps = steps_to(Wanted(frozenset(), {}), held=held, given={"team": "suspend"}, is_leaving=True)

    assert steps == (Step("release", "team", "editor"),)


GROUPS = st.frozensets(st.sampled_from(["editors", "viewers", "accounting"]))


@given(GROUPS, GROUPS)
def test_a_directory_that_repeats_itself_changes_nothing(before, after):
    held: dict[str, HeldSeat] = {}
    for groups in (before, after):
        want = wanted(*groups)
        given_before = {one: "release" for one in held}
        for step in steps_to(want, held=list(held.values()), given=given_before, is_leaving=False):
            apply(held, step)

    again = steps_to(
        want, held=list(held.values()), given={one: "release" for one in held}, is_leaving=False
    )

    assert again == ()
    assert {key: seat.seat_type for key, seat in held.items()} == {
        key: rule.seat_type for key, rule in want.seats.items()
    }


def apply(held: dict[str, HeldSeat], step: Step) -> None:
    if step.kind == "release":
        del held[step.subscription]
        return
    seat_type = step.to_seat_type or step.seat_type
    known = held.get(step.subscription)
    group = step.group or (known.group if known else "")
    held[step.subscription] = HeldSeat(step.subscription, seat_type, group)
