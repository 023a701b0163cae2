"""What this machine's PostgreSQL can do at all: COPY, multi-row INSERT, one INSERT a commit."""

import time
from collections.abc import Callable

from django.db import connection
from psycopg import sql

TABLE = sql.Identifier("benchmark_limit")
ROWS = 200_000
SINGLES = 1_500


def timed(work: Callable[[], object]) -> float:
    """Seconds `work` takes, by the wall clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def copy_limit() -> float:
    """Rows a second by COPY into a narrow table with a primary key."""
    rows = [(number, f"row {number}", number * 7) for number in range(ROWS)]

    def copy() -> None:
        copying = sql.SQL("COPY {} FROM STDIN").format(TABLE)
        with connection.cursor() as cursor, cursor.copy(copying) as out:
            for row in rows:
                out.write_row(row)

    return with_table(lambda: ROWS / timed(copy))


def insert_limit() -> float:
    """Rows a second, each by its own committed INSERT: the cost of a durable answer."""
    statement = sql.SQL("INSERT INTO {} VALUES (%s, %s, %s)").format(TABLE)

    def insert() -> None:
        with connection.cursor() as cursor:
            for number in range(SINGLES):
                cursor.execute(statement, (number, "row", number))

    return with_table(lambda: SINGLES / timed(insert))


def with_table(measure: Callable[[], float]) -> float:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(TABLE))
        cursor.execute(
            sql.SQL("CREATE TABLE {} (id bigint PRIMARY KEY, name text, amount bigint)").format(
                TABLE
            )
        )
    try:
        return measure()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP TABLE {}").format(TABLE))
