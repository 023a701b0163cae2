"""Tax on top of the small world: registrations, rates, checklists, held drafts, decided invoices."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from accounts.models import Customer
from billing.models import Invoice, InvoiceTax, TaxHold
from tax.models import (
    BillingEntity,
    LocationEvidence,
    MarketChecklist,
    TaxIdCheck,
    TaxRate,
    TaxRegistration,
)

SINCE = date(2025, 1, 1)
HELD = datetime(2026, 3, 1, 9, tzinfo=UTC)


def answer_market(entity: BillingEntity, market: str = "DE", **given: object) -> MarketChecklist:
    """A checklist with every answer, unsigned; tax is due unless `given` says otherwise."""
    answers = {
        "billed_where": "Dublin, by card or transfer",
        "tax_due": "due",
        "tax_due_reason": "Customers are established there",
        "rate_checked": True,
        "text_checked": True,
    }
    return MarketChecklist.objects.create(
        billing_entity=entity, market=market, **{**answers, **given}
    )


def register(entity: BillingEntity, jurisdiction: str = "DE", **given: object) -> TaxRegistration:
    known = {
        "number": f"{jurisdiction}123456789",
        "valid_from": SINCE,
        "currency": "EUR",
        "filing_frequency": "quarterly",
        "due_months_after": 1,
        "due_day": 10,
    }
    return TaxRegistration.objects.create(
        billing_entity=entity, jurisdiction=jurisdiction, **{**known, **given}
    )


def hold(invoice: Invoice, code: str = "market_not_signed_off", **given: object) -> TaxHold:
    known = {
        "message": f"It waits: {code}. Enter what is missing.",
        "market": "DE",
        "since": HELD,
        "checked_at": HELD + timedelta(hours=1),
    }
    return TaxHold.objects.create(
        customer=invoice.customer, invoice=invoice, code=code, **{**known, **given}
    )


def rate(jurisdiction: str, percent: str, **given: object) -> TaxRate:
    known = {"tax": "VAT", "valid_from": SINCE, "source": "The law, § 12", "grade": "A"}
    return TaxRate.objects.create(
        jurisdiction=jurisdiction, percent=Decimal(percent), **{**known, **given}
    )


def decide(
    invoice: Invoice, registration: TaxRegistration | None = None, **given: object
) -> InvoiceTax:
    """One tax of 19 % on the first line of a draft."""
    known = {
        "number": 1,
        "name": "VAT",
        "jurisdiction": "DE",
        "treatment": "domestic",
        "category_code": "S",
        "rate_percent": Decimal(19),
        "base_minor": 8000,
        "amount_minor": 1520 if registration else 0,
        "positions": [1],
        "tax_point": date(2026, 1, 31),
        "registration": registration,
        "rule": "eu_domestic",
        "words": "Seller and customer are in DE. VAT 19 % is charged.",
        "rate_source": "The law, § 12",
        "inputs": {"buyer": {"country": "DE", "tax_number": "DE129273398", "pieces": ["DE"]}},
    }
    return InvoiceTax.objects.create(
        customer=invoice.customer, invoice=invoice, **{**known, **given}
    )


def evidence(
    customer: Customer, kind: str = "billing_address", version: int = 1
) -> LocationEvidence:
    return LocationEvidence.objects.create(
        customer=customer, kind=kind, version=version, country="DE", postal_code="10115",
        number="DE129273398" if kind == "tax_id" else "", source="API", recorded_at=HELD,
    )  # fmt: skip


def ask(customer: Customer, **given: object) -> TaxIdCheck:
    """A question to VIES that waits for its answer."""
    known = {"number": "DE129273398", "country": "DE", "register": "vies", "asked_at": HELD}
    return TaxIdCheck.objects.create(customer=customer, **{**known, **given})
