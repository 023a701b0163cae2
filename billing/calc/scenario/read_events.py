"""Events of a scenario: one verb each, with the keys that verb takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from billing.calc.pricing import PriceTerms
from billing.calc.scenario.fields import Node, ScenarioUnusable, items_of, node
from billing.calc.scenario.read_plan import PRICE_KEYS, read_plan, read_price
from billing.calc.scenario.story import EventStory, PlanStory

COUNTED = {
    "add": "seat_added",
    "remove": "seat_removed",
    "suspend": "seat_suspended",
    "reactivate": "seat_reactivated",
    "inactive": "seat_inactive",
}
NAMED = {"invite": "seat_invited", "accept": "seat_accepted", "use": "seat_used"}
WITH_SEAT_TYPE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(COUNTED, ("seat_type", "effective", "grantee")),
    **dict.fromkeys(NAMED, ("seat_type", "effective")),
    "set": ("seat_type", "effective"),
    "price": ("seat_type", "effective"),
    "reassign": ("seat_type", "effective", "to"),
}
VERBS: Mapping[str, tuple[str, ...]] = {
    **WITH_SEAT_TYPE,
    "move": ("from", "to", "effective", "grantee"),
    "corrects": ("effective", "quantity", "void"),
    "plan": ("effective",),
}
KEYS = tuple(dict.fromkeys(["id", "at", *VERBS, *(key for keys in VERBS.values() for key in keys)]))


@dataclass(frozen=True, slots=True)
class EventReader:
    """What reading an event needs to know of the file."""

    zone: ZoneInfo
    currency: str
    plan: PlanStory
    plan_code: str

    def read(self, value: object, place: str) -> EventStory:
        """:raises ScenarioUnusable:"""
        if isinstance(value, Mapping) and "repeat" in value:
            said = node(value, place, allowed=("repeat", "at"), required=("repeat", "at"))
            repeated = said.text("repeat")
            return EventStory(id=repeated, at=said.instant("at", self.zone), repeats=repeated)
        said = node(value, place, allowed=(*KEYS, "repeat"), required=("id", "at"))
        verb = verb_of(said)
        at = said.instant("at", self.zone)
        effective = said.instant("effective", self.zone) if said.has("effective") else None
        plan = None
        if verb == "plan":
            plan = read_plan(
                said.values["plan"], said.at("plan"), code=self.plan_code, currency=self.currency
            )
        return EventStory(
            id=said.text("id"),
            at=at,
            kind=KINDS[verb],
            effective_at=(effective or at) if verb != "corrects" else None,
            said=self.said(verb, said, plan),
            plan=plan,
        )

    def said(self, verb: str, event: Node, plan: PlanStory | None) -> dict[str, Any]:
        """The fields of the incoming event."""
        if verb == "plan" and plan is not None:
            return {
                "plan": plan.code,
                "interval_unit": plan.interval.unit,
                "interval_count": plan.interval.count,
            }
        if verb == "corrects":
            return self.correction(event)
        if verb == "move":
            return {
                "quantity": event.whole("move", least=1), "seat_type": event.text("from"),
                "to_seat_type": event.text("to"), "grantee": event.text("grantee"),
            }  # fmt: skip
        return self.seat_event(verb, event)

    def seat_event(self, verb: str, event: Node) -> dict[str, Any]:
        """What happened to one seat type."""
        fields: dict[str, Any] = {"seat_type": event.text("seat_type")}
        if verb == "price":
            fields["price"] = price_record(self.new_price(event))
        elif verb in (*NAMED, "reassign"):
            fields["grantee"] = event.text(verb)
        else:
            fields["quantity"] = event.whole(verb, least=0 if verb == "set" else 1)
        if event.has("grantee"):
            fields["grantee"] = event.text("grantee")
        if event.has("to"):
            fields["to_grantee"] = event.text("to")
        return fields

    def correction(self, event: Node) -> dict[str, Any]:
        fields: dict[str, Any] = {"corrects": event.text("corrects")}
        if event.has("effective"):
            fields["new_effective_at"] = event.instant("effective", self.zone)
        if event.has("quantity"):
            fields["new_quantity"] = event.whole("quantity")
        if event.flag("void", default=False):
            fields["void"] = True
        if len(fields) == 1:
            raise ScenarioUnusable(
                event.place, "a correction needs effective, quantity or void: true."
            )
        return fields

    def new_price(self, event: Node) -> PriceTerms:
        """An amount for one seat, or what a seat type of a plan may say about its price."""
        known = [one.code for one in self.plan.seat_types]
        value = event.values["price"]
        if isinstance(value, Mapping):
            allowed = [key for key in PRICE_KEYS if key != "billable"]
            said = node(value, event.at("price"), allowed=allowed)
        else:
            said = Node(event.place, {"price": value})
        return read_price(said, known=known, currency=self.currency)


KINDS = {
    **COUNTED,
    **NAMED,
    "set": "quantity_set",
    "move": "seat_moved",
    "corrects": "correction",
    "price": "price_changed",
    "plan": "plan_changed",
    "reassign": "seat_reassigned",
}


def verb_of(said: Node) -> str:
    """The one verb of the event, whose keys are the only ones beside id and at."""
    verbs = [name for name in said.values if name in VERBS]
    if not verbs:
        raise ScenarioUnusable(
            said.place, f"says nothing that happened. Use one of {', '.join(VERBS)}."
        )
    if len(verbs) > 1:
        raise ScenarioUnusable(
            said.place, f"says {' and '.join(verbs)} at once. Make them two events."
        )
    (verb,) = verbs
    allowed = ("id", "at", verb, *VERBS[verb])
    required = ["id", "at", verb]
    if verb in WITH_SEAT_TYPE:
        required.append("seat_type")
    if verb == "move":
        required += ["from", "to"]
    if verb == "reassign":
        required.append("to")
    node(said.values, said.place, allowed=allowed, required=required)
    return verb


def price_record(price: PriceTerms) -> dict[str, Any]:
    """The price as an event carries it."""
    record: dict[str, Any] = {
        "mode": price.mode,
        "tiers": [{"up_to": one.up_to, "price_minor": one.price_minor} for one in price.tiers],
    }
    if price.included:
        record["included"] = price.included
    if price.ratio_of:
        record |= {"ratio_of": price.ratio_of, "ratio_each": price.ratio_each}
    return record


def read_events(
    value: object, *, zone: ZoneInfo, currency: str, plan: PlanStory
) -> tuple[EventStory, ...]:
    """
    The events in the order of arrival; ids are given once, repeats and corrections name earlier ones.

    :raises ScenarioUnusable:
    """
    events: list[EventStory] = []
    seen: set[str] = set()
    for number, (place, one) in enumerate(items_of(value, "events")):
        reader = EventReader(zone, currency, plan, plan_code=f"plan-{number + 2}")
        event = reader.read(one, place)
        if event.repeats and event.repeats not in seen:
            raise ScenarioUnusable(f"{place}.repeat", f"no event “{event.repeats}” before.")
        if not event.repeats and event.id in seen:
            raise ScenarioUnusable(f"{place}.id", f"“{event.id}” is there twice. Use repeat.")
        if events and event.at < events[-1].at:
            raise ScenarioUnusable(
                f"{place}.at", "is before the event above. Events stand in the order of arrival."
            )
        seen.add(event.id)
        plan = event.plan or plan
        events.append(event)
    return tuple(events)
