"""The few words an invoice goes out with: subject, plain text and HTML from the same paragraphs."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from billing.documents import formats
from billing.enums import InvoiceKind
from billing.models import Invoice

LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class InvoiceLetter:
    """A letter as it will be sent."""

    language: str
    subject: str
    text: str
    html: str


def write_invoice_letter(invoice: Invoice) -> InvoiceLetter:
    """
    The letter of an issued invoice or credit note, in its language (others read English).

    The words stand in `templates/billing/mail/<language>/<kind>.txt`: the subject, an empty line
    and paragraphs.
    """
    code = invoice.language.replace("_", "-").split("-")[0].lower()
    code = code if code in LANGUAGES else "en"
    raw = render_to_string(f"billing/mail/{code}/{invoice.kind}.txt", words_of(invoice))
    subject, _, body = raw.strip().partition("\n")
    paragraphs = [" ".join(part.split()) for part in body.split("\n\n") if part.strip()]
    shown = {"language": code, "subject": subject, "paragraphs": paragraphs}
    return InvoiceLetter(
        language=code,
        subject=" ".join(subject.split())[:300],
        text="\n\n".join(paragraphs) + "\n",
        html=render_to_string("billing/mail/letter.html", shown),
    )


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
