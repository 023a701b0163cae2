"""What all tests share: a small company, and a database that may be emptied between tests."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

from tests.database import copy_database, dump_template, use_database
from tests.desk.money_world import MoneyWorld
from tests.seatworld import SeatWorld

QUICK_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"
SLOW_FIRST = ("tests/chaos", "tests/browser", "tests/ground/test_services.py")


def delete_rows(self, style, tables, *, reset_sequences=False, allow_cascade=False):
    """
    What empties the tables after a test that committed.

    Append-only tables refuse it; a superuser may. TRUNCATE would make new files for every table and
    index, where tests leave a few rows in a few of them.
    """
    return [
        "SET session_replication_role = replica;",
        *(f"DELETE FROM {self.quote_name(table)};" for table in tables),
        "SET session_replication_role = origin;",
    ]


DatabaseOperations.sql_flush = delete_rows


def pytest_configure():
    """Passwords of tests are no secrets; half a second to hash one is for those that are."""
    settings.PASSWORD_HASHERS = [QUICK_HASHER, *settings.PASSWORD_HASHERS]


def pytest_collection_modifyitems(items):
    """
    Long files begin first, so that no worker is left alone with one at the end.

    Within a file, tests that share less of what a fixture of module scope made come before those
    that share more: nothing of it is there yet.
    """
    files = {path: place for place, path in enumerate(dict.fromkeys(one.path for one in items))}
    items.sort(
        key=lambda one: (not one.nodeid.startswith(SLOW_FIRST), files[one.path], shared_by(one))
    )


def shared_by(item) -> int:
    return sum(name.startswith("module_") for name in item.fixturenames)


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


@pytest.fixture(scope="module")
def module_transaction(request, django_db_setup, django_db_blocker) -> Iterator[bool]:
    """
    What fixtures of module scope write: there for every test of the module, gone after the last.

    Each test runs in a savepoint within it, and takes a deep copy of what the fixture made. False
    where a test of the module commits: it would wait for this transaction for ever. A module that
    cannot have it for another reason says so by a fixture of this name.
    """
    names = [one.fixturenames for one in request.session.items if one.path == request.path]
    if any("transactional_db" in one for one in names):
        yield False
        return
    around = transaction.atomic()
    around._from_testcase = True  # a durable block may open right inside, as in a test
    with django_db_blocker.unblock(), around:
        yield True
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def module_world(module_transaction) -> SeatWorld | None:
    return SeatWorld.make() if module_transaction else None


@pytest.fixture
def world(module_world, db) -> SeatWorld:
    return deepcopy(module_world) or SeatWorld.make()


@pytest.fixture
def committed_world(transactional_db) -> SeatWorld:
    return SeatWorld.make()


@pytest.fixture(scope="module")
def module_money(module_world) -> MoneyWorld | None:
    return MoneyWorld.of(module_world) if module_world else None


@pytest.fixture
def money(module_money, db) -> MoneyWorld:
    return deepcopy(module_money) or MoneyWorld.make()
