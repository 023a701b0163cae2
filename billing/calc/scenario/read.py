"""Reading a scenario file strictly: what it says, or one sentence that names the key and why not."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo, available_timezones

from billing.calc.policy import PolicyInvalid, parse_policy
from billing.calc.scenario.fields import Node, ScenarioUnusable, date_of, node
from billing.calc.scenario.read_events import read_events
from billing.calc.scenario.read_expect import read_expect
from billing.calc.scenario.read_parties import read_customer, read_seller
from billing.calc.scenario.read_plan import read_interval, read_plan
from billing.calc.scenario.story import (
    Expectations,
    PlanStory,
    Story,
    SubscriptionStory,
)

KEYS = (
    "id", "about", "source", "dates", "currency", "timezone", "seller", "customer", "plan", "policy",
    "subscription", "events", "until", "expect",
)  # fmt: skip
REQUIRED = ("id", "currency", "plan", "subscription", "until")
SUBSCRIPTION_KEYS = ("start", "anchor_day", "term", "commitment", "seats")


def read_scenario(value: object) -> Story:
    """
    The story of a parsed file.

    :raises ScenarioUnusable: for anything unknown, missing, or not what its key takes
    """
    said = node(value, "", allowed=KEYS, required=REQUIRED)
    currency, zone = read_currency(said), read_zone(said)
    plan = read_plan(said.values["plan"], "plan", code="plan-1", currency=currency)
    events = read_events(said.values.get("events") or [], zone=zone, currency=currency, plan=plan)
    plans = [plan, *(event.plan for event in events if event.plan)]
    seat_types = {one.code for known in plans for one in known.seat_types}
    return Story(
        id=said.text("id"),
        about=said.text("about"),
        source=said.text("source"),
        currency=currency,
        timezone=zone.key,
        seller=read_seller(said.values["seller"]) if said.has("seller") else None,
        customer=read_customer(said.values.get("customer") or {}),
        plan=plan,
        policy=read_policy(said.values.get("policy") or {}, currency),
        subscription=read_subscription(said.values["subscription"], plan),
        events=events,
        until=said.instant("until", zone),
        expect=(
            read_expect(said.values["expect"], zone=zone, seat_types=seat_types)
            if said.has("expect")
            else Expectations()
        ),
    )


def read_currency(said: Node) -> str:
    currency = said.text("currency")
    if len(currency) != 3 or not currency.isalpha() or not currency.isupper():
        raise ScenarioUnusable("currency", f"“{currency}” is not a currency code such as EUR.")
    return currency


def read_zone(said: Node) -> ZoneInfo:
    name = said.text("timezone", "UTC")
    if name not in available_timezones():
        raise ScenarioUnusable(
            "timezone", f"“{name}” is not a time zone. Use an IANA name such as Europe/Berlin."
        )
    return ZoneInfo(name)


def read_policy(value: object, currency: str) -> Mapping[str, object]:
    """The settings with numbers as numbers, checked by the same reader as everywhere."""
    if not isinstance(value, Mapping):
        raise ScenarioUnusable("policy", "must be a mapping of settings to values.")
    settings = {name: plain(one) for name, one in value.items() if one is not None}
    for name, one in settings.items():
        try:
            parse_policy({name: one}, currency)
        except PolicyInvalid as invalid:
            raise ScenarioUnusable(f"policy.{name}", str(invalid)) from invalid
    return settings


def plain(value: object) -> object:
    """Whole numbers written as text become numbers, also inside {days: n}."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value


def read_subscription(value: object, plan: PlanStory) -> SubscriptionStory:
    said = node(value, "subscription", allowed=SUBSCRIPTION_KEYS, required=("start", "seats"))
    known = [one.code for one in plan.seat_types]
    term_months, commitment = read_term(said, known)
    anchor_day = said.whole("anchor_day", least=1) if said.has("anchor_day") else None
    if anchor_day is not None and anchor_day > 31:
        raise ScenarioUnusable("subscription.anchor_day", "is a day of the month, 1 to 31.")
    return SubscriptionStory(
        starts_on=date_of(said.values["start"], said.at("start")),
        seats=said.counts("seats", known),
        anchor_day=anchor_day,
        term_months=term_months,
        commitment=commitment,
    )


def read_term(said: Node, known: list[str]) -> tuple[int | None, dict[str, int]]:
    """The term in months; a commitment may stand beside it or inside it."""
    if not said.has("term"):
        return None, said.counts("commitment", known)
    value = said.values["term"]
    term = Node(said.at("term"), value if isinstance(value, Mapping) else {})
    holder = said
    if "commitment" in term.values:
        if said.has("commitment"):
            raise ScenarioUnusable(term.at("commitment"), "stands in the subscription too.")
        holder = term
        value = {key: one for key, one in value.items() if key != "commitment"}
    interval = read_interval(value, term.place)
    if not interval.months:
        raise ScenarioUnusable(term.place, "must be whole months, such as {months: 12}.")
    return interval.months, holder.counts("commitment", known)
