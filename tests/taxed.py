"""Tax for a seat world: an Irish seller with One Stop Shop, and what its German customer is."""

from datetime import date

from accounts.models import Customer
from tax.models import BillingEntity, MarketChecklist, TaxRegistration
from tax.operations.record_evidence import declare_place
from tests.seatworld import START, SeatWorld


def sell_from_ireland(world: SeatWorld) -> None:
    """Registered at home and for One Stop Shop, Germany signed off."""
    BillingEntity.objects.filter(pk=world.entity.pk).update(
        tax_engine="builtin", vat_id="IE6433435F", shows_tax_in_local_currency=False
    )
    for jurisdiction, scheme in (("IE", "local"), ("EU", "oss_union")):
        register(world, jurisdiction, scheme=scheme)
    sign(world, "DE")


def register(world: SeatWorld, jurisdiction: str, **values) -> TaxRegistration:
    said = {
        "scheme": "local", "number": f"{jurisdiction} 1", "valid_from": date(2024, 1, 1),
        "currency": "EUR", "filing_frequency": "quarterly", **values,
    }  # fmt: skip
    return TaxRegistration.objects.create(
        billing_entity=world.entity, jurisdiction=jurisdiction, **said
    )


def sign(world: SeatWorld, market: str, tax_due: str = "due") -> MarketChecklist:
    return MarketChecklist.objects.create(
        billing_entity=world.entity, market=market, tax_due=tax_due, billed_where="online",
        rate_checked=True, text_checked=True, signed_off_at=START,
    )  # fmt: skip


def consumer(world: SeatWorld) -> None:
    """The customer is a person in Germany with two pieces of evidence."""
    Customer.objects.filter(pk=world.customer.pk).update(tax_number="", is_business=False)
    world.customer.refresh_from_db()
    declare_place(customer=world.customer, country="DE", source="portal", at=START)
