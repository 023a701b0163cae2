"""What becomes of the money, in one sentence of the invoice's language."""

from babel import Locale

from billing.documents import formats
from billing.documents.phrases import Phrases, phrases_for
from billing.enums import InvoiceKind, Settlement
from billing.models import Invoice


def payment_sentence(invoice: Invoice) -> str:
    """What the reader has to do now, or what happens to a credit note's amount."""
    due = invoice.amount_due_minor
    assert due is not None, "only finalized invoices are paid"
    words = phrases_for(invoice.language)
    locale = formats.document_locale(language=invoice.language, paper=invoice.paper)
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        sentence = {
            Settlement.BALANCE: words.added_to_balance,
            Settlement.REFUND: words.refunded,
            Settlement.INVOICE: words.set_off,
        }[Settlement(invoice.settlement)]
        return sentence.format(amount=formats.money(-due, currency=invoice.currency, locale=locale))
    if not due:
        return words.covered_by_credit if invoice.credit_applied_minor else words.nothing_to_pay
    return request_to_pay(invoice, due, words, locale)


def request_to_pay(invoice: Invoice, due: int, words: Phrases, locale: Locale) -> str:
    assert invoice.due_date is not None
    sentence = words.pay_to_account if invoice.seller["iban"] else words.pay
    return sentence.format(
        amount=formats.money(due, currency=invoice.currency, locale=locale),
        date=formats.long_date(invoice.due_date, locale=locale),
        number=invoice.number,
    )
