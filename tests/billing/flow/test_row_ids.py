"""Keys counted on from one moment are version 7 UUIDs that sort as they were made."""

from itertools import islice
from uuid import UUID

from uuid6 import uuid7

from billing.records.row_ids import row_ids


def test_keys_ascend_and_are_of_version_seven():
    keys = [UUID(one) for one in islice(row_ids(), 1_000)]

    assert keys == sorted(set(keys))
    assert {(one.version, one.variant) for one in keys} == {(7, keys[0].variant)}
    assert keys[0].variant == UUID(int=uuid7().int).variant


def test_two_lots_of_keys_never_meet():
    first, second = row_ids(), row_ids()

    assert set(islice(first, 1_000)).isdisjoint(islice(second, 1_000))


def test_keys_made_later_sort_later():
    lot = [UUID(one) for one in islice(row_ids(), 1_000)]

    assert lot[-1] < uuid7()
