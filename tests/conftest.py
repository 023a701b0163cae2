"""What all tests share: a small company, and a database that may be emptied between tests."""

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from tests.database import copy_database, dump_template, use_database
from tests.seatworld import SeatWorld

SLOW_FIRST = ("tests/chaos", "tests/browser", "tests/ground/test_services.py")

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


def pytest_collection_modifyitems(items):
    """Long files begin first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW_FIRST))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """A copy of the migrated template, instead of all migrations for every worker."""
    name = connection.settings_dict["TEST"]["NAME"] or f"test_{connection.settings_dict['NAME']}"
    with django_db_blocker.unblock():
        copy_database(name)
        use_database(name)
    yield
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture(scope="session")
def schema_dump(django_db_setup, django_db_blocker) -> bytes:
    """A migrated database as SQL, for tests with servers of their own."""
    with django_db_blocker.unblock():
        return dump_template()


@pytest.fixture
def world(db) -> SeatWorld:
    return SeatWorld.make()


@pytest.fixture
def committed_world(transactional_db) -> SeatWorld:
    return SeatWorld.make()
