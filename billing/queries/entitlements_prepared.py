"""The facts of one question and the key that asks, by one prepared statement on the thread's connection."""

import json
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import psycopg
from django.db import connection
from psycopg.pq import ExecStatus

from billing.calc.entitlements import EntitlementFacts
from billing.queries.entitlements import FACTS, Question, read_facts

NAME = b"entitlement_of_a_person"
ASKED = (
    "(SELECT $1::text AS grantee, $2::text AS customer, $3::text AS feature, 1 AS place) AS asked"
)
STATEMENT = f"""
SELECT (SELECT json_build_array(id, scopes, requests_per_minute, is_sandbox)::text
          FROM accounts_apiclient WHERE key_digest = $5 AND revoked_at IS NULL),
       facts.* FROM ({FACTS.replace("{asked}", ASKED)}) AS facts""".encode()


@dataclass(frozen=True, slots=True)
class Asker:
    """The client a key belongs to."""

    client_id: str
    scopes: frozenset[str]
    requests_per_minute: int | None
    is_sandbox: bool


class Prepared(threading.local):
    """The connection of this thread on which the statement is known."""

    on: psycopg.Connection | None = None


prepared = Prepared()


def ask_prepared(
    question: Question, *, key_digest: str, at: datetime
) -> tuple[Asker | None, EntitlementFacts]:
    """
    The client of the key, if it is known and not revoked, and the facts.

    :raises psycopg.Error: if PostgreSQL does not answer; the connection is then to be closed
    """
    connection.ensure_connection()
    raw: psycopg.Connection = connection.connection
    if prepared.on is not raw:
        expect(raw.pgconn.prepare(NAME, STATEMENT), ExecStatus.COMMAND_OK)
        prepared.on = raw
    given = (question.grantee, question.customer, question.feature, at.isoformat(), key_digest)
    result = raw.pgconn.exec_prepared(NAME, [one.encode() for one in given])
    expect(result, ExecStatus.TUPLES_OK)
    client, facts = result.get_value(0, 0), result.get_value(0, 1)
    assert facts is not None, "one question has one row"
    return asker(client), read_facts(question, facts)


def expect(result: psycopg.pq.abc.PGresult, status: ExecStatus) -> None:
    if result.status != status:
        prepared.on = None
        raise psycopg.OperationalError(result.error_message.decode(errors="replace"))


@lru_cache(maxsize=256)
def asker(client: bytes | None) -> Asker | None:
    """The row as read; the same bytes mean the same, so they need no second reading."""
    if client is None:
        return None
    client_id, scopes, requests_per_minute, is_sandbox = json.loads(client)
    return Asker(client_id, frozenset(scopes), requests_per_minute, is_sandbox)
