"""The global search: every kind somebody may see, and the one page meant if there is only one."""

from collections.abc import Callable
from dataclasses import dataclass

from desk.queries.search import cases, money, papers, people
from desk.queries.search.term import Hit, Kind, Term, read_term

KINDS: tuple[Kind, ...] = (*people.KINDS, *papers.KINDS, *money.KINDS, *cases.KINDS)


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind."""

    name: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything found, by kind. `meant` is the address of the only thing the term names exactly."""

    term: Term
    groups: tuple[Group, ...]
    meant: str | None

    @property
    def count(self) -> int:
        return sum(len(one.hits) for one in self.groups)


def search(text: str, *, may: Callable[[str], bool]) -> Found:
    """
    Look a term up in every kind that it fits and that may be seen.

    One or two queries a kind, whatever is stored; an id of the gateway asks a few kinds, a key all.
    """
    term = read_term(text)
    fitting = [one for one in KINDS if term.text and one.fits(term) and may(one.permission)]
    found = ((one.name, tuple(one.find(term))) for one in fitting)
    groups = tuple(Group(name, hits) for name, hits in found if hits)
    return Found(term, groups, only_exact(groups))


def only_exact(groups: tuple[Group, ...]) -> str | None:
    """Where the exact hits lead, if all lead to one page."""
    exact = [hit.address for group in groups for hit in group.hits if hit.is_exact]
    return exact[0] if len(set(exact)) == 1 else None


def searchable(*, may: Callable[[str], bool]) -> tuple[str, ...]:
    """What can be typed, in words, for somebody who found nothing."""
    return tuple(one.says for one in KINDS if may(one.permission))
