"""What a check of month end found, row by row, and the digest that stands for it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

SHOWN = 500


@dataclass(frozen=True, slots=True)
class FindingRow:
    """
    One thing to do. `page` and `key` name where it is mended, for example invoice and its id.

    `minor` in minor units of `currency`; `day` in ISO form.
    """

    label: str
    words: str
    page: str = ""
    key: str = ""
    currency: str = ""
    minor: int | None = None
    day: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of a check: nothing, or how much of what; at most 500 of its rows are kept."""

    words: str
    count: int = 0
    amounts: Mapping[str, int] = field(default_factory=dict)
    rows: Sequence[FindingRow] = ()

    @property
    def is_clean(self) -> bool:
        return self.count == 0


def found(rows: Iterable[FindingRow], *, clean: str, dirty: str, more: int = 0) -> Finding:
    """
    A finding of these rows; `more` counts those beyond them. `dirty` may say {count}.

    Amounts are the sums of the rows given, by currency.
    """
    given = tuple(rows)
    amounts: Counter[str] = Counter()
    for row in given:
        if row.currency and row.minor is not None:
            amounts[row.currency] += row.minor
    count = len(given) + more
    words = dirty.format(count=count) if count else clean
    return Finding(words=words, count=count, amounts=dict(amounts), rows=given[:SHOWN])


def rows_as_json(rows: Iterable[FindingRow]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def digest_of(value: Any) -> str:
    """SHA-256 of a value as canonical JSON: the same value has the same digest."""
    said = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(said.encode()).hexdigest()


def finding_digest(
    *, code: str, count: int, amounts: Mapping[str, int], rows: Sequence[Mapping[str, Any]]
) -> str:
    """What a waiver explains: the same finding has the same digest, another one another."""
    return digest_of([code, count, dict(amounts), list(rows)])
