"""Packets and reconciliations show one instant: what arrives while they read is not half in them."""

import pytest
from django.db import connection, transaction

from billing.queries.one_moment import one_moment


def isolation() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_queries_inside_see_one_instant_and_those_after_it_the_present():
    with one_moment():
        inside = isolation()

    assert (inside, isolation()) == ("repeatable read", "read committed")


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_that_is_open_already_its_rules_stay():
    with transaction.atomic():
        isolation()
        with one_moment():
            assert isolation() == "read committed"
