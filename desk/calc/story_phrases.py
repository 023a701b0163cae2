"""The words of stories: shapes of values and the table of each language. Sentences only, nothing is decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from desk.calc.story_english import CLAUSES as ENGLISH_CLAUSES
from desk.calc.story_english import SENTENCES as ENGLISH_SENTENCES
from desk.calc.story_english import VOCABULARIES as ENGLISH_VOCABULARIES
from desk.calc.story_german import CLAUSES as GERMAN_CLAUSES
from desk.calc.story_german import SENTENCES as GERMAN_SENTENCES
from desk.calc.story_german import VOCABULARIES as GERMAN_VOCABULARIES

Table = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StoryPhrases:
    """
    One language. `seats` and `seats_dative` as one, many, one with a name, many with a name;
    `units` as one, many after a number of them ("11 of 31 days", "11 von 31 Tagen").
    """

    invoice: str
    credit_note: str
    draft: str
    seats: tuple[str, str, str, str]
    seats_dative: tuple[str, str, str, str]
    units: Mapping[str, tuple[str, str]]
    share: str
    sentences: Table
    clauses: Table
    vocabularies: Mapping[str, Table]


ENGLISH_SEATS = ("{count} seat", "{count} seats", "{count} {name} seat", "{count} {name} seats")
ENGLISH = StoryPhrases(
    invoice="invoice {number}",
    credit_note="credit note {number}",
    draft="an invoice that is still a draft",
    seats=ENGLISH_SEATS,
    seats_dative=ENGLISH_SEATS,
    units={
        "day": ("day", "days"), "second": ("second", "seconds"), "minute": ("minute", "minutes"),
        "working_day": ("working day", "working days"), "week": ("week", "weeks"),
        "month": ("month", "months"), "quarter": ("quarter", "quarters"),
        "seat_day": ("day", "days"),
    },
    share="{units} of {of_units} {name}",
    sentences=ENGLISH_SENTENCES,
    clauses=ENGLISH_CLAUSES,
    vocabularies=ENGLISH_VOCABULARIES,
)  # fmt: skip
GERMAN = StoryPhrases(
    invoice="Rechnung {number}",
    credit_note="Rechnungskorrektur {number}",
    draft="einem Rechnungsentwurf",
    seats=("{count} Platz", "{count} Plätze", "{count} Platz ({name})", "{count} Plätze ({name})"),
    seats_dative=(
        "{count} Platz", "{count} Plätzen", "{count} Platz ({name})", "{count} Plätzen ({name})",
    ),
    units={
        "day": ("Tag", "Tagen"), "second": ("Sekunde", "Sekunden"),
        "minute": ("Minute", "Minuten"), "working_day": ("Arbeitstag", "Arbeitstagen"),
        "week": ("Woche", "Wochen"), "month": ("Monat", "Monaten"),
        "quarter": ("Quartal", "Quartalen"), "seat_day": ("Tag", "Tagen"),
    },
    share="{units} von {of_units} {name}",
    sentences=GERMAN_SENTENCES,
    clauses=GERMAN_CLAUSES,
    vocabularies=GERMAN_VOCABULARIES,
)  # fmt: skip
LANGUAGES = {"en": ENGLISH, "de": GERMAN}


def story_language(language: str) -> str:
    """The language a story is told in: the first part of the tag, or English where there are no words."""
    code = language.replace("_", "-").split("-", maxsplit=1)[0].lower()
    return code if code in LANGUAGES else "en"


def story_phrases(language: str) -> StoryPhrases:
    return LANGUAGES[story_language(language)]
