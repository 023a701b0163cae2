"""What an invoice must say beside a tax amount, or instead of one, in the invoice's language."""

from collections.abc import Mapping

REVERSE_CHARGE_ABROAD: Mapping[str, str] = {
    "AT": "Steuerschuldnerschaft des Leistungsempfängers",
    "BE": "Btw verlegd / Autoliquidation",
    "DE": "Steuerschuldnerschaft des Leistungsempfängers",
    "DK": "Omvendt betalingspligt",
    "ES": "Inversión del sujeto pasivo",
    "FI": "Käännetty verovelvollisuus",
    "FR": "Autoliquidation",
    "IT": "Inversione contabile",
    "LU": "Autoliquidation",
    "NL": "Btw verlegd",
    "PL": "Odwrotne obciążenie",
    "PT": "Autoliquidação",
    "RO": "Taxare inversă",
    "SE": "Omvänd betalningsskyldighet",
}  # national wording used besides the words of art. 226(11a)

TEXTS: Mapping[str, Mapping[str, str]] = {
    "reverse_charge": {
        "en": "Reverse charge{national}: the recipient accounts for the tax.",
        "de": "Reverse charge{national}: Der Leistungsempfänger schuldet die Steuer.",
    },
    "outside_eu_vat": {
        "en": "No VAT: {place} is outside the VAT area of the European Union (Directive "
        "2006/112/EC, Article 6).",
        "de": "Keine Umsatzsteuer: {place} gehört nicht zum Mehrwertsteuergebiet der Europäischen "
        "Union (Richtlinie 2006/112/EG, Artikel 6).",
    },
    "outside_scope": {
        "en": "No VAT: the service is supplied where the customer is, in {place}, outside the "
        "scope of the seller's tax.",
        "de": "Keine Umsatzsteuer: Die Leistung wird am Ort des Kunden erbracht ({place}) und ist "
        "am Sitz des Verkäufers nicht steuerbar.",
    },
    "acquisition_tax": {
        "en": "No Swiss VAT: the recipient declares acquisition tax (Article 45 of the Swiss VAT "
        "Act).",
        "de": "Ohne Schweizer Mehrwertsteuer: Der Empfänger rechnet die Bezugsteuer ab "
        "(Artikel 45 MWSTG).",
    },
    "au_registered_business": {
        "en": "No GST: the recipient gave its ABN and stated that it is registered for GST.",
        "de": "Ohne GST: Der Empfänger hat seine ABN genannt und erklärt, für GST registriert zu "
        "sein.",
    },
    "ca_registered_business": {
        "en": "No GST/HST: the recipient gave its GST/HST registration number.",
        "de": "Ohne GST/HST: Der Empfänger hat seine GST/HST-Registrierungsnummer genannt.",
    },
    "not_taxable": {
        "en": "No sales tax: {place} does not tax this service.",
        "de": "Keine Sales Tax: {place} besteuert diese Leistung nicht.",
    },
    "not_registered": {
        "en": "No tax: the seller has no obligation to register in {place}.",
        "de": "Keine Steuer: Der Verkäufer ist in {place} nicht registrierungspflichtig.",
    },
    "exempt": {
        "en": "Exempt by certificate {number}: {reason}.",
        "de": "Steuerbefreit nach Bescheinigung {number}: {reason}.",
    },
}


def legal_text(note: str, *, language: str, facts: Mapping[str, str]) -> str:
    """
    The sentence for a decision's note, "" where the law asks for none.

    Languages other than English and German read English.
    """
    if not note:
        return ""
    texts = TEXTS[note]
    national = REVERSE_CHARGE_ABROAD.get(facts.get("country", ""), "")
    return texts.get(language.split("-", maxsplit=1)[0], texts["en"]).format(
        **facts, national=f" – {national}" if national else ""
    )
