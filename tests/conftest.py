"""What all tests share: a small company, and a database that may be emptied between tests."""

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

from tests.seatworld import SeatWorld

flush_tables = DatabaseOperations.execute_sql_flush


def flush_past_triggers(self, sql_list):
    """Tests that commit are cleaned by TRUNCATE, which append-only tables refuse; a superuser may."""
    sql_list = [
        "SET session_replication_role = replica;",
        *sql_list,
        "SET session_replication_role = origin;",
    ]
    return flush_tables(self, sql_list)


DatabaseOperations.execute_sql_flush = flush_past_triggers


@pytest.fixture
def world(db) -> SeatWorld:
    return SeatWorld.make()


@pytest.fixture
def committed_world(transactional_db) -> SeatWorld:
    return SeatWorld.make()
