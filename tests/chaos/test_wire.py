"""The wire breaks where it is told to: the server did it, or did not, and the client cannot know."""

import psycopg
import pytest

from config.environment import read_environment
from tests.chaos.wire import Moment, Trip, Wire, unix_socket_of_postgres


@pytest.fixture
def wire(db):
    return Wire("test", unix_socket_of_postgres(read_environment().database_url))


def dial(wire: Wire) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=wire.port, user="postgres", dbname="postgres", sslmode="disable"
    )


@pytest.fixture
def kept(wire):
    """A table outside the test's own database, and how many rows it holds."""
    with dial(wire) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept (n int)")

    def count() -> int:
        with dial(wire) as connection:
            return connection.execute("SELECT count(*) FROM kept").fetchone()[0]

    yield count
    with dial(wire) as connection:
        connection.execute("DROP TABLE kept")


@pytest.mark.parametrize(("moment", "rows"), [(Moment.BEFORE, 0), (Moment.AFTER, 1)])
def test_a_connection_breaks_around_a_commit(wire, kept, moment, rows):
    trip = wire.arm(Trip(b"COMMIT", moment))
    connection = dial(wire)
    connection.execute("INSERT INTO kept VALUES (1)")

    with pytest.raises(psycopg.OperationalError):
        connection.commit()

    assert trip.fell.is_set()
    assert kept() == rows


def test_the_second_of_two_statements_falls_and_whoever_is_to_be_killed_is_killed_first(wire, kept):
    killed = []
    wire.arm(Trip(b"INSERT", Moment.BEFORE, skip=1, act=lambda: killed.append("worker")))
    connection = dial(wire)
    connection.execute("INSERT INTO kept VALUES (1)")
    connection.commit()

    with pytest.raises(psycopg.OperationalError):
        connection.execute("INSERT INTO kept VALUES (2)")

    assert (killed, kept()) == (["worker"], 1)


def test_a_shut_wire_breaks_what_is_open_and_takes_nobody_until_it_is_released(wire):
    connection = dial(wire)
    wire.shut()

    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        dial(wire)
    wire.release()
    with dial(wire) as again:
        assert again.execute("SELECT 1").fetchone() == (1,)
