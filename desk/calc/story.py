"""What happened to an account, as sentences a person can read aloud to the customer. Words only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

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
    match value:
        case Amount(minor=minor, currency=currency):
            return Spoken(voice.money(abs(minor), currency))
        case Seats(count=count):
            nominative = seats_said(value, words.seats, voice)
            dative = seats_said(value, words.seats_dative, voice)
            return Spoken(nominative, is_one=count == 1, dative=dative)
        case Share():
            return Spoken(share_said(value, words, voice))
        case Days(first=first, after=after):
            return Spoken(voice.days(first, after))
        case Document(number=number, is_credit_note=is_credit_note):
            pattern = words.credit_note if is_credit_note else words.invoice
            return Spoken(pattern.format(number=number) if number else words.draft)
        case Coded(vocabulary=vocabulary, code=code):
            known = words.vocabularies[vocabulary]
            return Spoken(known.get(code, code.replace("_", " ")))
        case date():
            return Spoken(voice.day(value))
        case int():
            return Spoken(voice.number(value), is_one=value == 1)
        case _:
            return Spoken(value)


def seats_said(seats: Seats, forms: tuple[str, str, str, str], voice: Voice) -> str:
    """ "1 seat", "10 Member seats", "10 Plätze (Member)"."""
    one, many, named_one, named_many = forms
    if seats.name:
        pattern = named_one if seats.count == 1 else named_many
    else:
        pattern = one if seats.count == 1 else many
    return pattern.format(count=voice.number(seats.count), name=seats.name)


def share_said(share: Share, words: StoryPhrases, voice: Voice) -> str:
    one, many = words.units[share.unit]
    name = one if share.of_units == 1 else many
    units, of_units = mixed(share.units, voice), mixed(share.of_units, voice)
    return words.share.format(units=units, of_units=of_units, name=name)


def mixed(value: Fraction, voice: Voice) -> str:
    """Whole numbers plain, others as a whole and a fraction: "2 1/2"."""
    whole, rest = divmod(value.numerator, value.denominator)
    if not rest:
        return voice.number(whole)
    part = f"{rest}/{value.denominator}"
    return f"{voice.number(whole)} {part}" if whole else part
