"""How the amount due is paid, as EN 16931 says it."""

from typing import Any

from stdnum.iban import is_valid as is_valid_iban

from billing.documents.payment_words import payment_sentence
from billing.documents.source import InvoiceSource
from billing.enums import InvoiceKind

CREDIT_TRANSFER, SEPA_CREDIT_TRANSFER = "30", "58"


def payment_terms(source: InvoiceSource, *, is_due: bool) -> dict[str, Any]:
    """Account, reference and due date of what is to be paid; in words what becomes of the rest."""
    invoice = source.invoice
    if invoice.kind == InvoiceKind.CREDIT_NOTE or not is_due:
        return {"BT-20": payment_sentence(invoice)}
    return {"BT-9": invoice.due_date, "BT-20": payment_sentence(invoice), **account_terms(source)}


def account_terms(source: InvoiceSource) -> dict[str, Any]:
    """BG-16, if the seller has an account: within SEPA for euros to an IBAN."""
    seller = source.invoice.seller
    account = seller["iban"]
    if not account:
        return {}
    is_iban = is_valid_iban(account)
    is_sepa = source.invoice.currency == "EUR" and is_iban
    return {
        "BT-81": SEPA_CREDIT_TRANSFER if is_sepa else CREDIT_TRANSFER,
        "BT-83": source.invoice.number,
        "BT-84": "".join(account.split()) if is_iban else account,
        "BT-85": seller["legal_name"],
        "BT-86": seller["bic"],
    }
