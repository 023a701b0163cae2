"""The facts of questions and the clients whose keys they came with, by one planned statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import orjson

from billing.calc.entitlements import EntitlementFacts
from billing.queries.entitlements import FACTS, Question, asked_of, facts_of
from billing.records.prepared import run_prepared

STATEMENT = f"""
SELECT facts.*,
       (SELECT json_agg(json_build_array(key_digest, id, scopes, requests_per_minute, is_sandbox))
          FROM accounts_apiclient
         WHERE key_digest = ANY($5::text[]) AND revoked_at IS NULL)::text
  FROM ({FACTS}) AS facts"""


@dataclass(frozen=True, slots=True)
class Asker:
    """The client a key belongs to."""

    client_id: str
    scopes: frozenset[str]
    requests_per_minute: int | None
    is_sandbox: bool


@dataclass(frozen=True, slots=True)
class AskedWithKey:
    """A question, and the digest of the key it came with."""

    question: Question
    key_digest: str


def ask_prepared(
    asked: Sequence[AskedWithKey], *, at: datetime
) -> list[tuple[Asker | None, EntitlementFacts]]:
    """
    Of each question the client of its key, if that is known and not revoked, and the facts.

    :raises django.db.Error: if PostgreSQL does not answer; the connection is then to be closed
    """
    questions = [one.question for one in asked]
    keys = list({one.key_digest for one in asked})
    rows = run_prepared(STATEMENT, [*asked_of(questions, at), keys])
    found = askers(rows[0][-1])
    facts = facts_of(questions, (row[:-1] for row in rows))
    return [(found.get(one.key_digest), each) for one, each in zip(asked, facts, strict=True)]


@lru_cache(maxsize=256)
def askers(clients: str | None) -> Mapping[str, Asker]:
    """By digest, as the rows say; the same words mean the same, so they need no second reading."""
    return {
        digest: Asker(client_id, frozenset(scopes), requests_per_minute, is_sandbox)
        for digest, client_id, scopes, requests_per_minute, is_sandbox in orjson.loads(
            clients or "[]"
        )
    }
