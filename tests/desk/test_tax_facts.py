"""Rates and facts to read: what holds today, what changes soon, by which source."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tax.models import ExchangeRate, TaxRate
from tests.desk import tax_world


@pytest.fixture(autouse=True)
def _empty_book(db):
    """Facts of the law come with each migrate; these tests bring their own."""
    TaxRate.objects.all().delete()


def shown(client):
    return client.get(reverse("desk:tax_facts")).context_data


def test_rates_are_those_of_today_by_group(as_role):
    today = timezone.now().date()
    tax_world.rate("DE", "19")
    tax_world.rate("NO", "25", valid_to=today - timedelta(days=1))
    tax_world.rate("US-TX", "6.25", tax="Sales tax")
    tax_world.rate("US-TX", "2", tax="Sales tax", postal_code="78701")

    groups = dict(shown(as_role("support"))["groups"])

    (texas,) = groups["United States"]
    assert {name: len(rows) for name, rows in groups.items()} == {
        "European Union": 1,
        "United States": 1,
    }
    assert (texas.place, texas.percent, texas.local) == ("United States, TX", 6.25, 1)


def test_rates_are_found_by_the_name_or_code_of_a_place(as_role):
    tax_world.rate("DE", "19")
    tax_world.rate("US-TX", "6.25", tax="Sales tax")
    client = as_role("support")

    found = [
        [row.jurisdiction for _group, rows in page.context_data["groups"] for row in rows]
        for page in (
            client.get(reverse("desk:tax_facts"), {"place": asked})
            for asked in ("germ", "us-tx", "atlantis")
        )
    ]

    assert found == [["DE"], ["US-TX"], []]


def test_a_rate_that_changes_soon_is_announced_once_with_both_values(as_role):
    today = timezone.now().date()
    change = today + timedelta(days=40)
    tax_world.rate("EE", "22", valid_to=change - timedelta(days=1))
    tax_world.rate("EE", "24", valid_from=change)
    tax_world.rate("CH", "8.1", valid_to=today + timedelta(days=10))
    tax_world.rate("SK", "23", valid_from=today + timedelta(days=120))

    changes = shown(as_role("support"))["changes"]

    assert [(one.jurisdiction, str(one.before), one.after) for one in changes] == [
        ("CH", "8.1", None),
        ("EE", "22", 24),
    ]


def test_sources_and_grades_stand_beside_rates(as_role):
    tax_world.rate("DE", "19", grade="C")

    page = as_role("support").get(reverse("desk:tax_facts")).content.decode()

    assert "The law, § 12" in page
    assert "C: general knowledge" in page


def test_the_newest_exchange_rate_of_each_pair_is_shown(as_role):
    for day, rate in ((1, "11.5"), (2, "11.6")):
        ExchangeRate.objects.create(
            day=tax_world.SINCE + timedelta(days=day), quote="NOK", rate=rate, source="ECB",
            recorded_at=tax_world.HELD,
        )  # fmt: skip

    (row,) = [one for one in shown(as_role("support"))["exchange_rates"] if one.quote == "NOK"]

    assert (row.base, float(row.rate)) == ("EUR", 11.6)
