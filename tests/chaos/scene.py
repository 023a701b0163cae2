"""What is judged: promises, the database, and what the world outside knows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from kernel.stage import Stage
from tests.chaos.company import Promise
from tests.chaos.listener import Heard

Findings = list[str]


@dataclass(frozen=True, slots=True)
class Charge:
    """Money a gateway really took: its own id, for what, and how much."""

    gateway_id: str
    invoice: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What is judged: the promises whose subscriptions are looked at, and what the world outside knows."""

    promises: Sequence[Promise]
    at: datetime
    files: Path
    stages: Sequence[Stage] = ()
    charges: Sequence[Charge] | None = None  # None: no gateway takes part
    refunds: Sequence[Charge] = ()  # money it gave back; `invoice` names our refund
    mails: Sequence[str] | None = None  # Message-IDs a mail server took; None: none takes part
    webhooks: Collection[str] = ()  # ids of events that were answered
    heard: Sequence[Heard] | None = None  # what receivers of ours heard; None: none takes part
    feeds: Mapping[str, Sequence[int]] = field(default_factory=dict)  # changes met, by reader

    @property
    def today(self) -> date:
        return self.at.date()


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def told(sql: str, words: str, *values: Any) -> Findings:
    """One finding a row, `words` filled with its columns."""
    return [words.format(*row) for row in rows(sql, *values)]
