"""Statements that PostgreSQL plans once a connection: for what is asked with every event."""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
planned: WeakKeyDictionary[psycopg.Connection, dict[str, bytes]] = WeakKeyDictionary()


def run_prepared(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """
    The rows, if it answers any; within Django's transaction, where one is open. Instants are in UTC.

    The library's own prepared statements would do but for one thing: it forgets all of a connection
    after each rollback, those that others prepared there too.

    :raises django.db.Error: as a cursor of Django would
    """
    connection.ensure_connection()
    raw: psycopg.Connection = connection.connection
    given = Transformer(raw)
    values = given.dump_sequence(parameters, [PyFormat.TEXT] * len(parameters))
    with connection.wrap_database_errors:
        if not raw.autocommit and raw.info.transaction_status == TransactionStatus.IDLE:
            checked(raw.pgconn.exec_(b"BEGIN"))
        name = prepare(raw, statement)
        result = checked(
            raw.pgconn.exec_prepared(name, values, result_format=Format.BINARY)  # type: ignore[arg-type]
        )
    if connection.queries_logged:  # whoever counts statements counts these too
        connection.queries_log.append({"sql": statement, "time": ""})
    given.set_pgresult(result)
    return given.load_rows(0, result.ntuples, tuple)


def prepare(raw: psycopg.Connection, statement: str) -> bytes:
    """The name the connection knows the statement by."""
    names = planned.setdefault(raw, {})
    if statement not in names:
        name = f"planned_{len(names)}".encode()
        checked(raw.pgconn.prepare(name, statement.encode()))
        names[statement] = name
    return names[statement]


def checked(result: PGresult) -> PGresult:
    if result.status not in DONE:
        raise psycopg.errors.error_from_result(result)
    return result
