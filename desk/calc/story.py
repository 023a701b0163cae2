"""What happened to an account, as sentences a person can read aloud to the customer. Words only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from functools import singledispatch

from desk.calc.story_phrases import StoryPhrases, story_phrases


@dataclass(frozen=True, slots=True)
class Amount:
    """Minor units of a currency; sentences say the sign in words and show the size alone."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Seats:
    """So many seats of a kind; the kind may be empty."""

    count: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a billing interval, such as 11 of 31 days. `unit` is one of calc/formula_words."""

    units: Fraction
    of_units: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Days:
    """Half-open local dates."""

    first: date
    after: date


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit note by its number; without one it is a draft."""

    number: str
    is_credit_note: bool = False


@dataclass(frozen=True, slots=True)
class Coded:
    """A word of a closed vocabulary, said in the customer's language: method:card, template:reminder."""

    vocabulary: str
    code: str


OTHER = "other"
Value = Amount | Seats | Share | Days | Document | Coded | date | str | int


@dataclass(frozen=True, slots=True)
class Clause:
    """What is said after a semicolon."""

    kind: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """
    One thing to tell. `kind` names its sentence; `day` is the local date it is told under.

    `at` orders it; `about` is the id of the row it tells of and `where` the section that proves it.
    """

    kind: str
    at: datetime
    day: date
    values: Mapping[str, Value] = field(default_factory=dict)
    clauses: tuple[Clause, ...] = ()
    where: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """How one language writes numbers: each turns a value into text. The caller brings the rules."""

    language: str
    money: Callable[[int, str], str]
    day: Callable[[date], str]
    days: Callable[[date, date], str]
    number: Callable[[int], str]


def sentence(told: Told, voice: Voice) -> str:
    """
    The sentence of a fact with its clauses, in the language of the voice.

    :raises KeyError: if no sentence of that kind exists; every kind is in story_phrases
    """
    words = story_phrases(voice.language)
    values = {"day": told.day, **told.values}
    parts = [filled(words.sentences[told.kind], values, words, voice)]
    parts += [filled(words.clauses[one.kind], one.values, words, voice) for one in told.clauses]
    return "; ".join(parts) + "."


class Spoken:
    """A value in a pattern. "{seats}" is its text; "{seats:was|were}" the word that fits its number."""

    def __init__(self, text: str, *, is_one: bool = False, dative: str = "") -> None:
        self.text, self.is_one, self.dative = text, is_one, dative or text

    def __format__(self, how: str) -> str:
        if "|" in how:
            one, many = how.split("|")
            return one if self.is_one else many
        return self.dative if how == "dative" else self.text


def filled(pattern: str, values: Mapping[str, Value], words: StoryPhrases, voice: Voice) -> str:
    return pattern.format_map({name: spoken(one, words, voice) for name, one in values.items()})


def spoken(value: Value, words: StoryPhrases, voice: Voice) -> Spoken:
    """A value as it stands in a sentence."""
    if isinstance(value, Seats):
        nominative = seats_said(value, words.seats, voice)
        dative = seats_said(value, words.seats_dative, voice)
        return Spoken(nominative, is_one=value.count == 1, dative=dative)
    return Spoken(said(value, words, voice), is_one=value == 1)


@singledispatch
def said(value: Value, words: StoryPhrases, voice: Voice) -> str:
    """What has no rule of its own is said as it is."""
    return str(value)


@said.register
def _(value: Amount, words: StoryPhrases, voice: Voice) -> str:
    return voice.money(abs(value.minor), value.currency)


@said.register
def _(value: Share, words: StoryPhrases, voice: Voice) -> str:
    one, many = words.units[value.unit]
    name = one if value.of_units == 1 else many
    units, of_units = mixed(value.units, voice), mixed(value.of_units, voice)
    return words.share.format(units=units, of_units=of_units, name=name)


@said.register
def _(value: Days, words: StoryPhrases, voice: Voice) -> str:
    return voice.days(value.first, value.after)


@said.register
def _(value: Document, words: StoryPhrases, voice: Voice) -> str:
    pattern = words.credit_note if value.is_credit_note else words.invoice
    return pattern.format(number=value.number) if value.number else words.draft


@said.register
def _(value: Coded, words: StoryPhrases, voice: Voice) -> str:
    known = words.vocabularies[value.vocabulary]
    return known.get(value.code) or known.get(OTHER) or value.code.replace("_", " ")


@said.register
def _(value: date, words: StoryPhrases, voice: Voice) -> str:
    return voice.day(value)


@said.register
def _(value: int, words: StoryPhrases, voice: Voice) -> str:
    return voice.number(value)


def seats_said(seats: Seats, forms: tuple[str, str, str, str], voice: Voice) -> str:
    """ "1 seat", "10 Member seats", "10 Plätze (Member)"."""
    one, many, named_one, named_many = forms
    if seats.name:
        pattern = named_one if seats.count == 1 else named_many
    else:
        pattern = one if seats.count == 1 else many
    return pattern.format(count=voice.number(seats.count), name=seats.name)


def mixed(value: Fraction, voice: Voice) -> str:
    """Whole numbers plain, others as a whole and a fraction: "2 1/2"."""
    whole, rest = divmod(value.numerator, value.denominator)
    if not rest:
        return voice.number(whole)
    part = f"{rest}/{value.denominator}"
    return f"{voice.number(whole)} {part}" if whole else part
