"""Both parties of an invoice as they were when it was finalized."""

from hashlib import sha256
from typing import Any

from accounts.models import Customer
from tax.models import BillingEntity

ADDRESS = ("address_line1", "address_line2", "postal_code", "city", "region", "country")
SELLER = (
    "code", "legal_name", *ADDRESS, "vat_id", "registration_number", "email", "bank_name", "iban",
    "bic", "accent_color",
)  # fmt: skip
BUYER = ("external_id", "legal_name", *ADDRESS, "tax_number", "purchase_order", "itemizes_groups")


def seller_snapshot(entity: BillingEntity) -> dict[str, Any]:
    """With the digest of its logo: the image itself is kept once, with the entity and its history."""
    return {
        **{name: getattr(entity, name) for name in SELLER},
        "logo_sha256": logo_digest(entity.logo_png),
    }


def logo_digest(logo_png: str) -> str:
    """Of the base64 as it is kept; empty for a seller without a logo."""
    return sha256(logo_png.encode()).hexdigest() if logo_png else ""


def buyer_snapshot(customer: Customer) -> dict[str, Any]:
    """With the billing owners who receive invoices, the primary one first."""
    owners = [{"name": one.name, "email": one.email} for one in customer.billing_owners.all()]
    return {**{name: getattr(customer, name) for name in BUYER}, "billing_owners": owners}
