"""What was typed into the search box, and what was found: plain records."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

LONGEST = 200
AT_MOST = 8
LEAST_OF_A_NAME = 2
GATEWAY_ID = re.compile(r"^(pi|ch|py|re|pyr|du|dp|po|cus|evt|pm|cs|seti)_\w+$")
NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found. `is_exact`: the term is its name or id, not only the beginning of it."""

    title: str
    detail: str
    address: str
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Term:
    """The text without outer spaces, and what it could be."""

    text: str
    key: UUID | None
    words: tuple[str, ...]

    @property
    def upper(self) -> str:
        return self.text.upper()

    @property
    def compact(self) -> str:
        """Letters and digits alone, in capitals: a VAT id as it is compared."""
        return NOT_A_WORD.sub("", self.text).upper()

    @property
    def gateway_prefix(self) -> str:
        """`pi` of pi_123; empty if the text is no id of the gateway."""
        found = GATEWAY_ID.match(self.text)
        return found.group(1) if found else ""

    @property
    def is_name(self) -> bool:
        """Worth comparing with names: no machine's id, and not a single letter."""
        return not self.key and not self.gateway_prefix and len(self.text) >= LEAST_OF_A_NAME

    @property
    def is_mail(self) -> bool:
        return "@" in self.text and not self.key


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be searched: who may see it, when a term may mean it, and how it is found."""

    name: str
    says: str
    permission: str
    fits: Callable[[Term], bool]
    find: Callable[[Term], Sequence[Hit]]


def read_term(text: str) -> Term:
    """What somebody typed; longer than any name is cut."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    try:
        key = UUID(text)
    except ValueError:
        key = None
    return Term(text, key, tuple(NOT_A_WORD.sub(" ", text).split()))
