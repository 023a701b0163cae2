"""Reading a mapping strictly: every key is known, every value is what its key takes. Guesses nothing."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from kernel.refusal import Refusal

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)(Z|[+-]\d{2}:?\d{2})?"
)


class ScenarioUnusable(Refusal):
    """The file cannot be played; the sentence names the key and why, in one line."""

    code = "scenario_unusable"

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {' '.join(why.split())}")


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping of the file and where it stands, such as `events[2]`."""

    place: str
    values: Mapping[str, Any]

    def at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        return text_of(self.values[name], self.at(name)) if self.has(name) else default

    def whole(self, name: str, *, least: int = 0) -> int:
        return whole_of(self.values[name], self.at(name), least=least)

    def amount(self, name: str) -> Decimal:
        return amount_of(self.values[name], self.at(name))

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise ScenarioUnusable(self.at(name), f"“{value}” is neither true nor false.")
        return value

    def instant(self, name: str, zone: ZoneInfo) -> datetime:
        return instant_of(self.values[name], self.at(name), zone)

    def counts(self, name: str, known: Collection[str]) -> dict[str, int]:
        """Whole numbers by seat type."""
        inner = node(self.values.get(name, {}), self.at(name), allowed=known)
        return {key: inner.whole(key) for key in inner.values}


def node(
    value: object, place: str, *, allowed: Collection[str], required: Collection[str] = ()
) -> Node:
    """
    The value as a mapping with only these keys.

    :raises ScenarioUnusable: for an unknown key, a missing one, or anything but a mapping
    """
    if not isinstance(value, Mapping):
        raise ScenarioUnusable(place or "file", "must be a mapping of keys to values.")
    found = Node(place, value)
    for name in value:
        if name not in allowed:
            known = ", ".join(allowed) or "none"
            raise ScenarioUnusable(found.at(str(name)), f"unknown key. Known here: {known}.")
    for name in required:
        if value.get(name) is None:
            raise ScenarioUnusable(found.at(name), "is missing.")
    return found


def items_of(value: object, place: str) -> list[tuple[str, Any]]:
    """The items of a list with their places."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ScenarioUnusable(place, "must be a list.")
    return [(f"{place}[{number}]", one) for number, one in enumerate(value)]


def text_of(value: object, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or value == "":
        raise ScenarioUnusable(place, f"“{value}” is not a text.")
    return str(value)


def whole_of(value: object, place: str, *, least: int = 0) -> int:
    if isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ScenarioUnusable(place, f"“{value}” is not a whole number from {least}.")
    return value


def amount_of(value: object, place: str) -> Decimal:
    """A number, given as text or as a number."""
    try:
        amount = Decimal(str(value)) if isinstance(value, str | int | Decimal) else None
    except InvalidOperation:
        amount = None
    if amount is None or isinstance(value, bool) or not amount.is_finite():
        raise ScenarioUnusable(place, f"“{value}” is not a number such as 12.50.")
    return amount


def date_of(value: object, place: str) -> date:
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ScenarioUnusable(place, f"“{value}” is not a date such as 2026-01-31.")


def instant_of(value: object, place: str, zone: ZoneInfo) -> datetime:
    """A date is its local midnight, a time without an offset is local too; the answer is UTC."""
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            day = date.fromisoformat(value)
            return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        if isinstance(value, str) and MOMENT.fullmatch(value):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except ValueError:
        pass
    raise ScenarioUnusable(
        place,
        f"“{value}” is neither a date such as 2026-01-31 nor a time such as 2026-01-31T14:30:00Z.",
    )


def one_of(name: str, value: object, place: str, known: Collection[str]) -> str:
    if value not in known:
        raise ScenarioUnusable(place, f"{name} cannot be “{value}”. Known: {', '.join(known)}.")
    return str(value)
