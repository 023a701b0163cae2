"""Statements that PostgreSQL plans once a connection: for what is asked with every event."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

PLANNED_FROM = 2  # executions; Django's own cursors never prepare


def run_prepared(
    statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[tuple[Any, ...]]:
    """
    The rows, none where the statement answers none; in the running transaction, if there is one.

    Instants come in UTC, JSON as Python objects.

    :raises django.db.Error: as a cursor of Django would
    """
    connection.ensure_connection()
    raw: psycopg.Connection = connection.connection
    raw.prepare_threshold = PLANNED_FROM
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(statement, parameters, binary=True)
        return cursor.fetchall() if cursor.description else []
