"""Write a message in the customer's language: its subject, plain text and HTML from the same words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel import Locale
from django.template.loader import render_to_string

from billing.documents import formats
from dunning.calc.campaign import ON_DEMAND_TEMPLATE, TEMPLATES

ALL_TEMPLATES: tuple[str, ...] = (*TEMPLATES, ON_DEMAND_TEMPLATE)
LANGUAGES = ("en", "de")
INVOICES, PAY, BANK = "[invoices]", "[pay]", "[bank]"


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice as a message names it; minor units of the letter's currency."""

    number: str
    due_date: date
    open_minor: int


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a message says. `suspends_on` is empty where no suspension is planned."""

    customer_name: str
    seller_name: str
    currency: str
    invoices: tuple[OpenInvoice, ...]
    pay_url: str
    is_overdue: bool
    needs_new_method: bool
    method_words: str
    account_holder: str
    bank_name: str
    iban: str
    bic: str
    suspends_on: date | None = None
    retries_on: date | None = None
    paper: str = "A4"

    @property
    def reference(self) -> str:
        return ", ".join(one.number for one in self.invoices)


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it will be sent."""

    language: str
    subject: str
    text: str
    html: str


def write_message(*, template: str, language: str, letter: Letter) -> Written:
    """
    The message of a step. A language without templates reads English.

    The words stand in `templates/dunning/<language>/<template>.txt`: the subject, an empty line and
    paragraphs, of which [invoices], [pay] and [bank] stand for the table, the link and the account.
    """
    code = language.replace("_", "-").split("-")[0].lower()
    code = code if code in LANGUAGES else "en"
    locale = formats.document_locale(language=language, paper=letter.paper)
    said = words_for(letter, locale)
    raw = render_to_string(f"dunning/{code}/{template}.txt", {"letter": letter, **said})
    subject, _, body = raw.strip().partition("\n")
    paragraphs = [" ".join(part.split()) for part in body.split("\n\n") if part.strip()]
    shown = {
        "letter": letter,
        "paragraphs": paragraphs,
        "subject": subject,
        "language": code,
        **said,
    }
    return Written(
        language=code,
        subject=" ".join(subject.split())[:300],
        text=render_to_string(f"dunning/{code}/parts.txt", shown).strip() + "\n",
        html=render_to_string("dunning/message.html", shown | LABELS[code]),
    )


LABELS = {
    "en": {"invoice_word": "Invoice", "due_word": "Due", "open_word": "Open", "total_word": "Total",
           "pay_word": "Pay now", "account_word": "By bank transfer", "holder_word": "Account holder",
           "account_number_word": "IBAN or account", "bic_word": "BIC or routing number",
           "reference_word": "Reference"},
    "de": {"invoice_word": "Rechnung", "due_word": "Fällig", "open_word": "Offen",
           "total_word": "Summe", "pay_word": "Jetzt zahlen", "account_word": "Per Überweisung",
           "holder_word": "Kontoinhaber", "account_number_word": "IBAN oder Konto",
           "bic_word": "BIC oder Bankleitzahl", "reference_word": "Verwendungszweck"},
}  # fmt: skip


def words_for(letter: Letter, locale: Locale) -> dict[str, object]:
    """Amounts and dates as the language writes them."""
    total = sum(one.open_minor for one in letter.invoices)
    return {
        "total": formats.money(total, currency=letter.currency, locale=locale),
        "rows": rows_of(letter.invoices, letter.currency, locale),
        "count": len(letter.invoices),
        "account": formats.bank_account(letter.iban),
        "suspends_on": day_words(letter.suspends_on, locale),
        "retries_on": day_words(letter.retries_on, locale),
    }


def rows_of(invoices: Sequence[OpenInvoice], currency: str, locale: Locale) -> list[dict[str, str]]:
    return [
        {
            "number": one.number,
            "due": formats.long_date(one.due_date, locale=locale),
            "open": formats.money(one.open_minor, currency=currency, locale=locale),
        }
        for one in invoices
    ]


def day_words(day: date | None, locale: Locale) -> str:
    return formats.long_date(day, locale=locale) if day else ""
