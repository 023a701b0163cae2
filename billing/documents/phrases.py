"""Every fixed word on a sheet, in English and German. Sentences only; the sheet fills them in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of one language. Braces name what the sheet fills in."""

    invoice: str
    credit_note: str
    bill_to: str
    issue_date: str
    due_date: str
    billing_period: str
    time_zone: str
    customer_id: str
    purchase_order: str
    vat_id: str
    tax_id: str
    registration_number: str
    description: str
    period: str
    quantity: str
    unit_price: str
    amount_in: str
    group_total: str
    nobodys: str
    subtotal: str
    tax: str
    tax_names: Mapping[str, str]
    tax_on: str
    reverse_charge: str
    outside_scope: str
    exempt: str
    not_taxable: str
    not_charged: str
    tax_in_local_currency: str
    tax_registration: str
    supply_date: str
    corrects: str
    total: str
    credit_applied: str
    amount_due: str
    due_by: str
    nothing_due: str
    how_to_pay: str
    pay_to_account: str
    pay: str
    covered_by_credit: str
    nothing_to_pay: str
    your_credit: str
    added_to_balance: str
    refunded: str
    set_off: str
    reason: str
    account_holder: str
    bank: str
    iban: str
    bic: str
    account_number: str
    routing_number: str
    reference: str
    questions: str
    policies: str
    policy_title: str
    page: str
    of: str


ENGLISH = Phrases(
    invoice="Invoice",
    credit_note="Credit note",
    bill_to="Billed to",
    issue_date="Issued",
    due_date="Due",
    billing_period="Billing period",
    time_zone="Time zone",
    customer_id="Customer",
    purchase_order="Your order number",
    vat_id="VAT ID",
    tax_id="Tax ID",
    registration_number="Registration",
    description="Description",
    period="Period",
    quantity="Qty",
    unit_price="Unit price",
    amount_in="Amount in {currency}",
    group_total="Subtotal {group}",
    nobodys="Nobody’s seats",
    subtotal="Subtotal",
    tax="Tax",
    tax_names={},
    tax_on="{name} {percent} on {base}",
    reverse_charge="Reverse charge {percent}",
    outside_scope="Not subject to {name}",
    exempt="Exempt from {name}",
    not_taxable="Not taxable ({name})",
    not_charged="No {name} charged",
    tax_in_local_currency="Tax in {currency}: {amount} (1 {base} = {rate} {currency}, {source}).",
    tax_registration="{name} number {place}",
    supply_date="Date of supply",
    corrects="Corrects",
    total="Total",
    credit_applied="Credit applied",
    amount_due="Amount due",
    due_by="by {date}",
    nothing_due="nothing to pay",
    how_to_pay="How to pay",
    pay_to_account="Please transfer {amount} by {date} to this account. "
    "Give {number} as the reference, so that your payment finds its invoice.",
    pay="Please pay {amount} by {date} and give {number} as the reference.",
    covered_by_credit="Nothing to pay: your credit covers this invoice in full.",
    nothing_to_pay="Nothing to pay: this invoice comes to zero.",
    your_credit="Your credit",
    added_to_balance="{amount} was added to your balance. Your next invoice uses it first.",
    refunded="{amount} will be refunded to you. There is nothing you need to do.",
    set_off="{amount} was set off against what is open on the credited invoice. "
    "Anything beyond that was added to your balance.",
    reason="Reason",
    account_holder="Account holder",
    bank="Bank",
    iban="IBAN",
    bic="BIC",
    account_number="Account number",
    routing_number="Routing number",
    reference="Reference",
    questions="Questions about this document? Write to {email}.",
    policies="How your seats are charged",
    policy_title="{title} (version {version})",
    page="Page",
    of="of",
)

GERMAN = Phrases(
    invoice="Rechnung",
    credit_note="Rechnungskorrektur",
    bill_to="Rechnung an",
    issue_date="Ausgestellt",
    due_date="Fällig",
    billing_period="Leistungszeitraum",
    time_zone="Zeitzone",
    customer_id="Kunde",
    purchase_order="Ihre Bestellnummer",
    vat_id="USt-IdNr.",
    tax_id="Steuernummer",
    registration_number="Register",
    description="Beschreibung",
    period="Zeitraum",
    quantity="Menge",
    unit_price="Einzelpreis",
    amount_in="Betrag in {currency}",
    group_total="Zwischensumme {group}",
    nobodys="Freie Plätze",
    subtotal="Zwischensumme",
    tax="Steuer",
    tax_names={"VAT": "USt", "VAT CH": "MWST"},
    tax_on="{name} {percent} auf {base}",
    reverse_charge="Reverse charge {percent}",
    outside_scope="Nicht steuerbar ({name})",
    exempt="Steuerfrei ({name})",
    not_taxable="Nicht steuerpflichtig ({name})",
    not_charged="Keine {name} berechnet",
    tax_in_local_currency="Steuer in {currency}: {amount} (1 {base} = {rate} {currency}, {source}).",
    tax_registration="{name}-Nummer {place}",
    supply_date="Leistungsdatum",
    corrects="Berichtigt",
    total="Gesamtbetrag",
    credit_applied="Angerechnetes Guthaben",
    amount_due="Zu zahlen",
    due_by="bis {date}",
    nothing_due="nichts zu zahlen",
    how_to_pay="So zahlen Sie",
    pay_to_account="Bitte überweisen Sie {amount} bis zum {date} auf dieses Konto. "
    "Geben Sie {number} als Verwendungszweck an, damit wir Ihre Zahlung zuordnen können.",
    pay="Bitte zahlen Sie {amount} bis zum {date} und geben Sie {number} als Verwendungszweck an.",
    covered_by_credit="Nichts zu zahlen: Ihr Guthaben deckt diese Rechnung vollständig.",
    nothing_to_pay="Nichts zu zahlen: Diese Rechnung beläuft sich auf null.",
    your_credit="Ihr Guthaben",
    added_to_balance="{amount} wurden Ihrem Guthaben gutgeschrieben. "
    "Ihre nächste Rechnung verwendet es zuerst.",
    refunded="{amount} werden Ihnen erstattet. Sie müssen nichts weiter tun.",
    set_off="{amount} wurden mit dem offenen Betrag der gutgeschriebenen Rechnung verrechnet. "
    "Was darüber hinausgeht, steht in Ihrem Guthaben.",
    reason="Grund",
    account_holder="Kontoinhaber",
    bank="Bank",
    iban="IBAN",
    bic="BIC",
    account_number="Kontonummer",
    routing_number="Bankleitzahl",
    reference="Verwendungszweck",
    questions="Fragen zu diesem Dokument? Schreiben Sie an {email}.",
    policies="So werden Ihre Plätze berechnet",
    policy_title="{title} (Version {version})",
    page="Seite",
    of="von",
)

BY_LANGUAGE = {"en": ENGLISH, "de": GERMAN}


def phrases_for(language: str) -> Phrases:
    """By the first part of the language tag; a language without phrases reads English."""
    return BY_LANGUAGE.get(language.replace("_", "-").split("-")[0].lower(), ENGLISH)


def tax_name(name: str, jurisdiction: str, words: Phrases) -> str:
    """As the language calls it there: a tax may have another name in one country."""
    return words.tax_names.get(f"{name} {jurisdiction}") or words.tax_names.get(name, name)
