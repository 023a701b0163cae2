"""Plans of a scenario: interval, seat types and their prices."""

from collections.abc import Collection, Mapping
from typing import Any

from billing.calc.interval import Interval, IntervalInvalid, parse_interval
from billing.calc.pricing import PriceInvalid, PriceTerms, Tier, check_price
from billing.calc.scenario.fields import Node, ScenarioUnusable, items_of, node, one_of
from billing.calc.scenario.story import PlanStory, SeatTypeStory
from kernel.money import AmountUnreadable, minor_units

TIER_MODES = ("volume", "graduated", "package", "stairstep")
PRICE_KEYS = ("price", "tiers", "billable", "included", "included_ratio")


def read_plan(value: object, place: str, *, code: str, currency: str) -> PlanStory:
    """:raises ScenarioUnusable:"""
    plan = node(
        value, place, allowed=("interval", "seat_types"), required=("interval", "seat_types")
    )
    types = plan.values["seat_types"]
    if not isinstance(types, Mapping) or not types:
        raise ScenarioUnusable(plan.at("seat_types"), "must name at least one seat type.")
    for name in types:
        if not isinstance(name, str) or not 0 < len(name) <= 50:
            raise ScenarioUnusable(plan.at("seat_types"), f"“{name}” cannot be a seat type's code.")
    return PlanStory(
        code=code,
        interval=read_interval(plan.values["interval"], plan.at("interval")),
        seat_types=tuple(
            read_seat_type(name, said, plan.at("seat_types"), known=types, currency=currency)
            for name, said in types.items()
        ),
    )


def read_interval(value: object, place: str) -> Interval:
    if isinstance(value, Mapping):
        value = {key: int(n) if str(n).isdigit() else n for key, n in value.items()}
    try:
        return parse_interval(value)
    except IntervalInvalid as invalid:
        raise ScenarioUnusable(place, str(invalid)) from invalid


def read_seat_type(
    code: str, value: object, place: str, *, known: Collection[str], currency: str
) -> SeatTypeStory:
    said = node(value, f"{place}.{code}", allowed=(*PRICE_KEYS, "limit"))
    return SeatTypeStory(
        code=code,
        price=read_price(said, known=known, currency=currency),
        limit=said.whole("limit") if said.has("limit") else None,
    )


def read_price(said: Node, *, known: Collection[str], currency: str) -> PriceTerms:
    """The price of one seat type from the keys of PRICE_KEYS."""
    billable = said.flag("billable", default=True)
    if said.has("price") and said.has("tiers"):
        raise ScenarioUnusable(said.place, "has both a price and tiers. Leave one out.")
    mode: Any = "per_unit"
    if said.has("tiers"):
        mode, tiers = read_tiers(said.values["tiers"], said.at("tiers"), currency)
    elif said.has("price"):
        tiers = (Tier(None, minor_of(said, "price", currency)),)
    elif not billable:
        tiers = (Tier(None, 0),)
    else:
        raise ScenarioUnusable(
            said.at("price"), "is missing. Give a price, tiers or billable: false."
        )
    ratio_of, ratio_each = read_ratio(said, known)
    price = PriceTerms(
        key="", mode=mode, tiers=tiers, included=said.whole("included") if said.has("included") else 0,
        ratio_of=ratio_of, ratio_each=ratio_each, billable=billable,
    )  # fmt: skip
    try:
        check_price(price)
    except PriceInvalid as invalid:
        raise ScenarioUnusable(said.place, str(invalid)) from invalid
    return price


def read_tiers(value: object, place: str, currency: str) -> tuple[str, tuple[Tier, ...]]:
    said = node(value, place, allowed=("mode", "rows"), required=("mode", "rows"))
    mode = one_of("the mode", said.values["mode"], said.at("mode"), TIER_MODES)
    rows = []
    for row_place, one in items_of(said.values["rows"], said.at("rows")):
        row = node(one, row_place, allowed=("up_to", "price"), required=("price",))
        up_to = row.whole("up_to", least=1) if row.has("up_to") else None
        rows.append(Tier(up_to, minor_of(row, "price", currency)))
    return mode, tuple(rows)


def read_ratio(said: Node, known: Collection[str]) -> tuple[str | None, int]:
    if not said.has("included_ratio"):
        return None, 0
    ratio = node(
        said.values["included_ratio"], said.at("included_ratio"),
        allowed=("of", "each"), required=("of", "each"),
    )  # fmt: skip
    return (
        one_of("the seat type", ratio.values["of"], ratio.at("of"), known),
        ratio.whole("each", least=1),
    )


def minor_of(said: Node, name: str, currency: str) -> int:
    amount = said.amount(name)
    try:
        return minor_units(format(amount, "f"), currency)
    except AmountUnreadable as unreadable:
        raise ScenarioUnusable(said.at(name), str(unreadable)) from unreadable
