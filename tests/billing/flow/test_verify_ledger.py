"""A forged, missing or relinked ledger entry is found and named; an honest ledger is whole."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.seatworld import day


@pytest.fixture
def told(world):
    for number in range(1, 5):
        world.send(f"e{number}", day(2, number))
    return world


def forge(statement: str) -> None:
    """What only a superuser who switches triggers off could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")


def test_an_honest_ledger_is_whole(told, capsys):
    call_command("verify_ledger")

    assert "6 entries in 1 chains are whole." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE billing_seatledgerentry SET quantity = 9 WHERE position = 4", "does not fit"),
        ("UPDATE billing_seatledgerentry SET previous_digest = '' WHERE position = 4", "link"),
        ("DELETE FROM billing_seatledgerentry WHERE position = 4", "missing"),
        ("DELETE FROM billing_seatledgerentry WHERE position = 6", "ends before its head"),
    ],
)
def test_the_first_broken_entry_is_named(told, capsys, statement, finding):
    forge(statement)

    with pytest.raises(CommandError, match="1 of 1 chains"):
        call_command("verify_ledger", customer="acme")

    line = capsys.readouterr().err
    assert line.startswith("acme, entry ")
    assert finding in line
