"""Persons replaced by stable pseudonyms, wherever a record or a text names them."""

import hmac
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import sha256
from typing import TypeVar, cast

Record = TypeVar("Record")
MAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
WORD = re.compile(r"\w+")
SHORTEST_IN_TEXT = 3
PLACES = 10


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody and every way they are written. All of them get the pseudonym of `key`."""

    key: str
    names: tuple[str, ...]


def pseudonym(key: str, secret: bytes) -> str:
    """The same key has the same pseudonym as long as the secret stays; nobody else can work it out."""
    found = hmac.new(secret, key.casefold().encode(), sha256).hexdigest()
    return f"person-{found[:PLACES]}"


class Redactor:
    """
    Replaces names and e-mail addresses in records of any depth.

    `as_is` names fields that are never touched, `kept` texts that are no persons though they look so
    (the seller's own address). A name shorter than three letters is replaced only where it stands alone.
    """

    def __init__(
        self,
        people: Iterable[Person],
        *,
        secret: bytes,
        as_is: Collection[str] = (),
        kept: Collection[str] = (),
    ) -> None:
        self.secret, self.as_is = secret, frozenset(as_is)
        self.kept = {one.casefold() for one in kept}
        self.known: dict[str, str] = {}
        for person in people:
            for name in person.names:
                if name and name.casefold() not in self.kept:
                    self.known.setdefault(name.casefold(), pseudonym(person.key, secret))
        inside = sorted((name for name in self.known if len(name) >= SHORTEST_IN_TEXT), key=len)
        self.words = {WORD.findall(name)[0] for name in inside if WORD.search(name)}
        self.pattern = re.compile(
            r"(?<!\w)(?:" + "|".join(re.escape(name) for name in reversed(inside)) + r")(?!\w)",
            re.IGNORECASE,
        )

    def record(self, value: Record) -> Record:
        """The same record, of the same type, without names."""
        return cast(Record, self.anything(value))

    def anything(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, tuple):
            return tuple(self.anything(one) for one in value)
        if isinstance(value, list):
            return [self.anything(one) for one in value]
        if isinstance(value, Mapping):
            return {
                key: one if key in self.as_is else self.anything(one) for key, one in value.items()
            }
        if is_dataclass(value) and not isinstance(value, type):
            changed = {
                one.name: self.anything(getattr(value, one.name))
                for one in fields(value)
                if one.name not in self.as_is
            }
            return replace(value, **changed)
        return value

    def text(self, text: str) -> str:
        alone = self.known.get(text.casefold())
        if alone:
            return alone
        if self.known and not self.words.isdisjoint(WORD.findall(text.casefold())):
            text = self.pattern.sub(lambda found: self.known[found[0].casefold()], text)
        return MAIL.sub(self.mail, text) if "@" in text else text

    def mail(self, found: "re.Match[str]") -> str:
        address = found[0]
        return address if address.casefold() in self.kept else pseudonym(address, self.secret)
