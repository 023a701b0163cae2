"""What a payer needs to know to transfer what is open on an invoice."""

from dataclasses import dataclass

from billing.documents.formats import bank_account
from billing.documents.staff_text import money_decimal
from billing.models import Receivable


@dataclass(frozen=True, slots=True)
class PayFact:
    """A label and the text to copy."""

    label: str
    value: str


def pay_facts(receivable: Receivable) -> tuple[PayFact, ...]:
    """Where to, how much, with which reference. Needs invoice and billing entity loaded with it."""
    seller = receivable.billing_entity
    facts = (
        PayFact("Reference", receivable.invoice.number),
        PayFact("Amount", money_decimal(receivable.open_minor, receivable.currency)),
        PayFact("Currency", receivable.currency),
        PayFact("Account holder", seller.legal_name),
        PayFact("Account", bank_account(seller.iban)),
        PayFact("BIC or routing number", seller.bic),
    )
    return tuple(one for one in facts if one.value)
