"""Why something is credited, and how much of what, in the customer's language. Words only."""

from collections.abc import Mapping
from typing import TypeVar

Words = TypeVar("Words")

REASONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "billing_error": "Billing error",
        "not_provided": "Service not provided as agreed",
        "price_agreed": "Another price was agreed",
        "ended_early": "Contract ended early",
        "goodwill": "Goodwill",
        "void": "Invoice withdrawn; a new one follows for what is owed",
    },
    "de": {
        "billing_error": "Fehler in der Abrechnung",
        "not_provided": "Leistung nicht wie vereinbart erbracht",
        "price_agreed": "Anderer Preis vereinbart",
        "ended_early": "Vertrag vorzeitig beendet",
        "goodwill": "Kulanz",
        "void": "Rechnung zurückgezogen; über das Geschuldete folgt eine neue",
    },
}
PARTS: Mapping[str, Mapping[bool, str]] = {
    "en": {
        True: "line {position} of {number} in full",
        False: "{part} of {whole} of line {position} of {number}",
    },
    "de": {
        True: "Position {position} von {number} vollständig",
        False: "{part} von {whole} der Position {position} von {number}",
    },
}


def credit_reason(*, reason: str, text: str, language: str) -> str:
    """The reason of the closed list, and what the person wrote. Unknown languages read English."""
    words = spoken(REASONS, language)[reason]
    return f"{words}. {text}" if text else f"{words}."


def credit_part(*, number: str, position: int, part: str, whole: str, language: str) -> str:
    """What a credit line gives back; amounts as decimal text."""
    phrase = spoken(PARTS, language)[part == whole]
    return phrase.format(number=number, position=position, part=part, whole=whole)


def spoken(phrases: Mapping[str, Words], language: str) -> Words:
    return phrases.get(language.split("-", maxsplit=1)[0], phrases["en"])
