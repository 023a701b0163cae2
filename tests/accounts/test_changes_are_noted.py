"""The feed of changed answers: written with what changed, kept as written, read without gaps."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import EntitlementChange
from accounts.operations.advise_access import advise_access
from accounts.operations.note_changes import Change, note_changes
from tests.seatworld import day

SAID = {"reason_code": "payment_late", "words": "An invoice is late."}


def kinds() -> list[str]:
    """Without the start of the world's subscription."""
    noted = EntitlementChange.objects.exclude(kind="subscription_changed")
    return list(noted.values_list("kind", flat=True))


def test_advice_is_noted_once_for_each_time_it_changes(world):
    said = {"customer_id": world.customer.pk, **SAID}

    advise_access(level="none", at=day(2, 1), **said)
    advise_access(level="banner", at=day(2, 2), **said)
    advise_access(level="banner", at=day(2, 3), **said)
    advise_access(level="none", at=day(2, 4), **said)

    assert kinds() == ["access_advised", "access_advised"]


def test_the_same_change_of_a_transaction_is_noted_once(world):
    change = Change(world.customer.pk, "seat_changed", effective_at=day(3, 1), subscription="sub")

    note_changes([change, change], at=day(2, 1))

    noted = EntitlementChange.objects.get(kind="seat_changed")
    assert (noted.effective_at, noted.recorded_at) == (day(3, 1), day(2, 1))
    assert noted.xid > 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_entitlementchange SET kind = 'seat_changed'",
        "DELETE FROM accounts_entitlementchange",
        "TRUNCATE accounts_entitlementchange CASCADE",
    ],
)
def test_what_was_noted_stays(world, statement):
    note_changes([Change(world.customer.pk, "seat_changed", effective_at=day(2, 1))], at=day(2, 1))

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement)


def test_a_kind_is_one_of_those_known(world):
    with pytest.raises(IntegrityError, match="change_kind_is_known"), transaction.atomic():
        note_changes([Change(world.customer.pk, "moon", effective_at=day(2, 1))], at=day(2, 1))
