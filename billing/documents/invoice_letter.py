"""The few words an invoice goes out with."""

from billing.documents import formats
from billing.documents.letter import Letter, write_letter
from billing.enums import InvoiceKind
from billing.models import Invoice


def write_invoice_letter(invoice: Invoice) -> Letter:
    """The letter of an issued invoice or credit note, in its language (others read English)."""
    return write_letter(invoice.kind, language=invoice.language, words=words_of(invoice))


def words_of(invoice: Invoice) -> dict[str, object]:
    """Amounts and dates as the language writes them; amounts of a credit note without their sign."""
    locale = formats.document_locale(language=invoice.language, paper=invoice.paper)
    due = invoice.amount_due_minor or 0

    def money(minor: int) -> str:
        return formats.money(minor, currency=invoice.currency, locale=locale)

    assert invoice.due_date is not None, "issued"
    return {
        "number": invoice.number,
        "customer": invoice.buyer.get("legal_name", ""),
        "seller": invoice.seller.get("legal_name", ""),
        "total": money(abs(invoice.total_minor or 0)),
        "due": money(due) if invoice.kind == InvoiceKind.INVOICE and due else "",
        "due_on": formats.long_date(invoice.due_date, locale=locale),
    }
