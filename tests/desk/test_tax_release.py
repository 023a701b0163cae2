"""From a held draft to a taxed one by what people do at the desk, with the engine that runs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from billing.models import Invoice, TaxHold
from tax.models import TaxRate
from tests.desk import tax_world

FEBRUARY = datetime(2026, 2, 15, 1, tzinfo=UTC)


@pytest.fixture
def held(world):
    """Acme buys from a seller in Ireland that has no signed market yet."""
    world.entity.tax_engine, world.entity.vat_id = "builtin", "IE6388047V"
    world.entity.save()
    world.customer.country, world.customer.currency = "IE", "USD"
    world.customer.save()
    tax_world.register(world.entity, "IE", number="IE6388047V")
    if not TaxRate.objects.filter(jurisdiction="IE", valid_to=None).exists():
        tax_world.rate("IE", "23", valid_from=date(2021, 3, 1))
    world.entity.shows_tax_in_local_currency = False
    world.entity.save()
    world.send("seats", datetime(2026, 1, 15, tzinfo=UTC), quantity=25)
    world.push(FEBRUARY)
    return Invoice.objects.get(state="draft")


def test_a_draft_in_a_market_nobody_signed_waits_and_goes_on_once_it_is_signed(
    as_role, world, held
):
    client = as_role("approver")
    (row,) = client.get(reverse("desk:tax_holds")).context_data["page"].rows
    checklist = tax_world.answer_market(world.entity, "IE")

    way_out = client.get(row.way_out.address)
    client.post(reverse("desk:tax_market_sign", args=[checklist.pk]))
    world.push(FEBRUARY + timedelta(minutes=5))

    assert (row.code, way_out.url) == (
        "market_not_signed_off", reverse("desk:tax_market", args=[checklist.pk]),
    )  # fmt: skip
    assert TaxHold.objects.filter(released_at=None).count() == 0
    page = client.get(reverse("desk:invoice", args=[held.pk])).content.decode()
    assert "Seller and customer are in IE. VAT 23 % is charged." in page
    assert "IE IE6388047V" in page
