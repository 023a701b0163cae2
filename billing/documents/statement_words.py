"""Every fixed word on a statement of account, in English and German."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatementWords:
    """The words of one language. Braces name what the statement fills in."""

    title: str
    customer: str
    stated_for: str
    from_the_beginning: str
    as_of: str
    time_zone: str
    balance_on: str
    you_owe: str
    in_your_favor: str
    even: str
    date: str
    movement: str
    amount_in: str
    balance_in: str
    opening: str
    closing: str
    nothing_moved: str
    kinds: Mapping[str, str]
    valued_on: str
    reference: str
    open_heading: str
    open_invoice: str
    due: str
    overdue: str
    not_overdue: str
    open_in: str
    open_total: str
    credit: str
    overdue_total: str
    nothing_open: str
    pay_to_account: str
    pay: str
    nothing_to_do: str


ENGLISH = StatementWords(
    title="Statement of account",
    customer="Customer",
    stated_for="Period",
    from_the_beginning="until {last}",
    as_of="As of",
    time_zone="Time zone",
    balance_on="Balance on {date}",
    you_owe="to be paid",
    in_your_favor="in your favor",
    even="settled",
    date="Date",
    movement="Description",
    amount_in="Amount in {currency}",
    balance_in="Balance in {currency}",
    opening="Balance brought forward",
    closing="Balance on {date}",
    nothing_moved="Nothing moved in this period.",
    kinds={
        "invoice": "Invoice {reference}",
        "credit_note": "Credit note {reference}",
        "payment": "Payment received",
        "refund": "Refund to you",
        "refund_failed": "Refund that did not go through",
        "withdrawal": "Payment withdrawn by your bank",
        "reinstated": "Payment given back after a dispute",
        "write_off": "Adjustment to invoice {reference}",
        "write_off_undone": "Adjustment to invoice {reference} taken back",
    },
    valued_on="value date {date}",
    reference="reference {reference}",
    open_heading="What the balance is made of",
    open_invoice="Invoice",
    due="Due",
    overdue="{days} days overdue",
    not_overdue="not due yet",
    open_in="Open in {currency}",
    open_total="Open invoices",
    credit="Your credit",
    overdue_total="Of these overdue",
    nothing_open="No invoice is open.",
    pay_to_account="Please transfer the balance to this account and give the invoice numbers as "
    "the reference.",
    pay="Please pay the balance and give the invoice numbers as the reference.",
    nothing_to_do="There is nothing you need to pay.",
)

GERMAN = StatementWords(
    title="Kontoauszug",
    customer="Kunde",
    stated_for="Zeitraum",
    from_the_beginning="bis {last}",
    as_of="Stand",
    time_zone="Zeitzone",
    balance_on="Saldo am {date}",
    you_owe="zu zahlen",
    in_your_favor="zu Ihren Gunsten",
    even="ausgeglichen",
    date="Datum",
    movement="Beschreibung",
    amount_in="Betrag in {currency}",
    balance_in="Saldo in {currency}",
    opening="Saldovortrag",
    closing="Saldo am {date}",
    nothing_moved="Keine Bewegung in diesem Zeitraum.",
    kinds={
        "invoice": "Rechnung {reference}",
        "credit_note": "Rechnungskorrektur {reference}",
        "payment": "Zahlungseingang",
        "refund": "Erstattung an Sie",
        "refund_failed": "Erstattung, die nicht ausgeführt werden konnte",
        "withdrawal": "Von Ihrer Bank zurückgeholte Zahlung",
        "reinstated": "Nach Reklamation zurückerhaltene Zahlung",
        "write_off": "Anpassung zu Rechnung {reference}",
        "write_off_undone": "Zurückgenommene Anpassung zu Rechnung {reference}",
    },
    valued_on="Wertstellung {date}",
    reference="Verwendungszweck {reference}",
    open_heading="Woraus sich der Saldo ergibt",
    open_invoice="Rechnung",
    due="Fällig",
    overdue="{days} Tage überfällig",
    not_overdue="noch nicht fällig",
    open_in="Offen in {currency}",
    open_total="Offene Rechnungen",
    credit="Ihr Guthaben",
    overdue_total="Davon überfällig",
    nothing_open="Keine Rechnung ist offen.",
    pay_to_account="Bitte überweisen Sie den Saldo auf dieses Konto und geben Sie die "
    "Rechnungsnummern als Verwendungszweck an.",
    pay="Bitte zahlen Sie den Saldo und geben Sie die Rechnungsnummern als Verwendungszweck an.",
    nothing_to_do="Sie müssen nichts zahlen.",
)

BY_LANGUAGE = {"en": ENGLISH, "de": GERMAN}


def statement_words(language: str) -> StatementWords:
    """By the first part of the language tag; a language without words reads English."""
    return BY_LANGUAGE.get(language.replace("_", "-").split("-")[0].lower(), ENGLISH)
