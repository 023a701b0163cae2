"""Registration thresholds at the desk: the urgent first, with when they will be crossed."""

from datetime import date

import pytest
from django.urls import reverse

from tax.models import RegistrationThreshold, ThresholdPosition
from tests.desk import tax_world


@pytest.fixture
def positions(catalog):
    """Texas is registered, Ohio crossed, Norway close, Maine without a sale."""
    RegistrationThreshold.objects.all().delete()
    for jurisdiction, state, percent, sales in (
        ("US-TX", "registered", 300, 150000000),
        ("US-OH", "crossed", 104, 10400000),
        ("NO", "near", 85, 4250000),
        ("US-ME", "below", 0, 0),
    ):
        threshold = RegistrationThreshold.objects.create(
            jurisdiction=jurisdiction, amount_minor=10000000, currency="USD", transactions=200,
            period="rolling_12", counts="all", valid_from=tax_world.SINCE, source="Code § 1",
            grade="B",
        )  # fmt: skip
        ThresholdPosition.objects.create(
            billing_entity=catalog.entity, threshold=threshold, sales_minor=sales, state=state,
            transactions=1 if sales else 0, percent=percent, measured_at=tax_world.HELD,
            crosses_on=date(2026, 4, 1) if state == "near" else None,
        )  # fmt: skip


def rows_of(client, **asked):
    return client.get(reverse("desk:tax_thresholds"), asked).context_data["rows"]


def test_the_most_urgent_threshold_comes_first(as_role, positions):
    rows = rows_of(as_role("support"))

    assert [(row.jurisdiction, row.shown_percent) for row in rows] == [
        ("US-OH", 100), ("NO", 85), ("US-TX", 100),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"place": "norway"}, ["NO"]),
        ({"place": "us-", "all": "1"}, ["US-OH", "US-ME", "US-TX"]),
        ({"entity": "XX"}, []),
    ],
)
def test_thresholds_are_found_by_place_and_seller(as_role, positions, asked, found):
    assert [row.jurisdiction for row in rows_of(as_role("support"), **asked)] == found


def test_a_bar_tells_in_words_what_it_shows(as_role, positions):
    text = " ".join(as_role("support").get(reverse("desk:tax_thresholds")).content.decode().split())

    assert 'aria-label="104 % of the threshold of United States, OH"' in text
    assert "US$104,000.00 of US$100,000.00, 1 of 200 invoices (either is enough)" in text
    assert 'At this pace it is crossed about <strong class="dk-nowrap">2026-04-01</strong>' in text
    assert "Crossed without a registration" in text


def test_the_board_warns_before_a_threshold_is_crossed(as_role, positions):
    client = as_role("support")
    both = " ".join(client.get(reverse("desk:flow")).content.decode().split())
    ThresholdPosition.objects.filter(state="crossed").delete()
    near = " ".join(client.get(reverse("desk:flow")).content.decode().split())

    assert "1 registration threshold is crossed without a registration, 1 is close." in both
    assert "1 registration threshold is close." in near
