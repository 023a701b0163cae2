"""Bulk writing by COPY: the run's way into PostgreSQL. Signals and defaults do not fire here."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


def copy_rows(
    model: type[models.Model], *, fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """
    Append rows to a model's table inside the current transaction.

    `fields` are field names; each row holds one value per field, JSON values already as text.
    Columns left out get the database's default, so every column without one must be named.

    :raises django.db.IntegrityError: as INSERT would
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(column_of(model, name)) for name in fields]),
    )
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def array_text(ids: Iterable[str]) -> str:
    """Identifiers as PostgreSQL writes an array: nothing in them needs quotes."""
    return "{" + ",".join(ids) + "}"


def column_of(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field), f"{name} is no column of {model.__name__}"
    assert field.column, f"{name} is no column of {model.__name__}"
    return field.column
