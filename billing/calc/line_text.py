"""What an invoice line is called, in the customer's language. Words only; amounts are elsewhere."""

from collections.abc import Mapping
from functools import lru_cache

PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "recurring": "{seats}",
        "proration": "{seats} – added",
        "credit": "{seats} – unused time",
        "true_up": "{seats} – true-up",
        "minimum": "{seats} – minimum",
        "usage": "{seats} – usage",
        "discount": "{seats} – discount",
        "adjustment": "{seats} – correction",
        "given_back": "{seats} – credited",
    },
    "de": {
        "recurring": "{seats}",
        "proration": "{seats} – hinzugekommen",
        "credit": "{seats} – nicht genutzte Zeit",
        "true_up": "{seats} – Nachberechnung",
        "minimum": "{seats} – Mindestmenge",
        "usage": "{seats} – Nutzung",
        "discount": "{seats} – Nachlass",
        "adjustment": "{seats} – Korrektur",
        "given_back": "{seats} – gutgeschrieben",
    },
}


@lru_cache(maxsize=1024)
def describe_line(*, kind: str, seat_type_name: str, language: str) -> str:
    """The line's title, such as "Member – added". Unknown languages read English."""
    phrases = PHRASES.get(language.split("-", maxsplit=1)[0], PHRASES["en"])
    return phrases[kind].format(seats=seat_type_name)
