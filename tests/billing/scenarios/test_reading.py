"""Reading is strict: every key is known and says what it may, or one sentence names it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billing.calc.pricing import PriceTerms, Tier
from billing.calc.scenario.fields import ScenarioUnusable
from billing.calc.scenario.read import read_scenario
from billing.management.scenario_files import load_scenario, scenario_files
from tests.billing.scenarios.stories import scenario


def add(**others):
    return {"id": "e1", "at": "2026-06-11", "add": 1, "seat_type": "member", **others}


UNUSABLE = {
    "unknown key at the top": (scenario(untill="2026-07-01"), "untill: unknown key"),
    "unknown key in the plan": (
        scenario(plan={"interval": "month", "seat_types": {"member": {"prize": "1"}}}),
        "plan.seat_types.member.prize: unknown key",
    ),
    "unknown setting": (scenario(policy={"rounding": "up"}), "policy.rounding: “rounding” is not"),
    "unknown value": (scenario(policy={"line_style": "long"}), "policy.line_style: line_style cannot"),
    "unknown key in an event": (scenario(events=[add(grace=1)]), "events[0].grace: unknown key"),
    "a key of another verb": (scenario(events=[add(void=True)]), "events[0].void: unknown key"),
    "two verbs": (scenario(events=[add(remove=1)]), "events[0]: says add and remove at once"),
    "no verb": (scenario(events=[{"id": "e1", "at": "2026-06-11"}]), "events[0]: says nothing"),
    "no seat type": (
        scenario(events=[{"id": "e1", "at": "2026-06-11", "add": 1}]), "events[0].seat_type: is missing",
    ),
    "nothing added": (scenario(events=[add(add=0)]), "events[0].add: “0” is not a whole number from 1"),
    "no such day": (scenario(events=[add(at="2026-02-30")]), "events[0].at: “2026-02-30” is neither"),
    "out of order": (
        scenario(events=[add(), add(id="e2", at="2026-06-10")]), "events[1].at: is before the event above",
    ),
    "an id twice": (scenario(events=[add(), add()]), "events[1].id: “e1” is there twice"),
    "a repeat of nothing": (
        scenario(events=[{"repeat": "e9", "at": "2026-06-11"}]), "events[0].repeat: no event “e9” before",
    ),
    "a correction of nothing": (
        scenario(events=[add(), {"id": "c1", "at": "2026-06-12", "corrects": "e1"}]),
        "events[1]: a correction needs",
    ),
    "seats of no type": (
        scenario(subscription={"start": "2026-06-01", "seats": {"robot": 1}}),
        "subscription.seats.robot: unknown key",
    ),
    "no subscription": (scenario(subscription=None), "subscription: is missing"),
    "too many decimals": (
        scenario(currency="JPY"), "",
    ),
    "no time zone": (scenario(timezone="Mars/Olympus"), "timezone: “Mars/Olympus” is not"),
    "no interval": (
        scenario(plan={"interval": "fortnight", "seat_types": {"member": {"price": 1}}}),
        "plan.interval: “fortnight” is not an interval",
    ),
    "a seller without a country": (scenario(seller={}), "seller.country: is missing"),
    "a registration": (
        scenario(seller={"country": "IE", "registrations": ["ireland"]}),
        "seller.registrations[0]: “ireland” is no registration",
    ),
    "a check of a tax id": (
        scenario(customer={"vat_check": "maybe"}), "customer.vat_check: the check cannot be “maybe”",
    ),
    "an expected line of nothing": (
        scenario(expect={"lines_include": [{}]}), "expect.lines_include[0]: names nothing",
    ),
    "an expected key": (
        scenario(expect={"lines_include": [{"price": 1}]}), "expect.lines_include[0].price: unknown key",
    ),
}  # fmt: skip
UNUSABLE["too many decimals"] = (
    scenario(
        currency="JPY",
        plan={"interval": "month", "seat_types": {"member": {"price": "0.50"}}},
    ),
    "plan.seat_types.member.price: “0.50” has more decimals than JPY has",
)


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_played_is_named_with_its_key(name):
    value, sentence = UNUSABLE[name]

    with pytest.raises(ScenarioUnusable) as unusable:
        read_scenario(value)

    assert str(unusable.value).startswith(sentence)
    assert "\n" not in str(unusable.value)


def test_a_date_is_the_local_midnight_and_a_time_keeps_its_offset():
    value = scenario(
        timezone="Europe/Berlin",
        events=[
            add(),
            add(id="e2", at="2026-06-12T01:00:00+02:00"),
            add(id="e3", at="2026-06-12 09:30"),
        ],
        until="2026-07-01T12:00:00Z",
    )

    story = read_scenario(value)

    assert [one.at for one in story.events] == [
        datetime(2026, 6, 10, 22, tzinfo=UTC),
        datetime(2026, 6, 11, 23, tzinfo=UTC),
        datetime(2026, 6, 12, 7, 30, tzinfo=UTC),
    ]
    assert story.until == datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_amounts_may_be_text_or_numbers(tmp_path):
    path = tmp_path / "numbers.yaml"
    path.write_text(
        "id: numbers\ncurrency: EUR\ncustomer: {country: NO}\nuntil: 2026-07-01\n"
        "plan:\n  interval: {months: 6}\n  seat_types:\n"
        "    member: {price: 8.10}\n    guest: {price: 8, included_ratio: {of: member, each: 5}}\n"
        "    host: {tiers: {mode: graduated, rows: [{up_to: 10, price: '5'}, {price: 4.5}]}}\n"
        "subscription: {start: 2026-06-01, term: {months: 12}, commitment: {host: 3}, seats: {member: '2'}}\n"
        "expect: {last_invoice_total: 16.2}\n"
    )

    story = load_scenario(path)

    assert [one.price for one in story.plan.seat_types] == [
        PriceTerms("", "per_unit", (Tier(None, 810),)),
        PriceTerms("", "per_unit", (Tier(None, 800),), ratio_of="member", ratio_each=5),
        PriceTerms("", "graduated", (Tier(10, 500), Tier(None, 450))),
    ]
    assert story.customer.country == "NO"
    assert story.expect.last_invoice_total == Decimal("16.2")
    assert (story.subscription.seats, story.subscription.commitment) == ({"member": 2}, {"host": 3})
    assert story.subscription.term_months == 12


def test_a_key_written_twice_is_not_quietly_the_last(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("id: one\nid: two\n")

    with pytest.raises(ScenarioUnusable, match="id: stands twice"):
        load_scenario(path)


def test_a_folder_means_all_its_files_in_order(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("c.yml", "a.yaml", "b/d.json", "notes.md"):
        (tmp_path / name).write_text("")

    found = scenario_files([str(tmp_path)])

    assert [str(path.relative_to(tmp_path)) for path in found] == ["a.yaml", "b/d.json", "c.yml"]
