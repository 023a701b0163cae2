"""Formula records in the customer's language. Words and digits only; it computes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from billing.calc.types import Formula
from kernel.money import decimal_text, exponent_of

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """The words of one language; units as (one, many). There is one for each, known by itself."""

    point: str
    months: tuple[str, ...]
    date: str
    dates: str
    until: str
    units: Mapping[str, tuple[str, str]]
    seats: tuple[str, str]
    seat_days: str
    rate: str
    adjustment: str
    credited: str
    capped: str
    already: str
    share: str


ENGLISH = Phrases(
    point=".",
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    date="{day} {month}",
    dates="{day} {month} {year}",
    until=" to ",
    units={
        "day": ("day", "days"), "second": ("second", "seconds"), "minute": ("minute", "minutes"),
        "working_day": ("working day", "working days"), "week": ("week", "weeks"),
        "month": ("month", "months"), "quarter": ("quarter", "quarters"),
        "seat_day": ("day", "days"),
    },
    seats=("seat", "seats"),
    seat_days="seat-days",
    rate="{amount} for all seats",
    adjustment="{should} due − {was} already invoiced ({dates}) = {amount}",
    credited="{should} due + {was} already credited ({dates}) = {amount}",
    capped="at most what was charged",
    already="{total} − {already} already invoiced = {amount}",
    share="{units}/{of} {name}",
)  # fmt: skip
GERMAN = Phrases(
    point=",",
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
        "Oktober", "November", "Dezember",
    ),
    date="{day}. {month}",
    dates="{day}. {month} {year}",
    until=" bis ",
    units={
        "day": ("Tag", "Tage"), "second": ("Sekunde", "Sekunden"), "minute": ("Minute", "Minuten"),
        "working_day": ("Arbeitstag", "Arbeitstage"), "week": ("Woche", "Wochen"),
        "month": ("Monat", "Monate"), "quarter": ("Quartal", "Quartale"),
        "seat_day": ("Tag", "Tage"),
    },
    seats=("Platz", "Plätze"),
    seat_days="Platztage",
    rate="{amount} für alle Plätze",
    adjustment="{should} geschuldet − {was} bereits berechnet ({dates}) = {amount}",
    credited="{should} geschuldet + {was} bereits gutgeschrieben ({dates}) = {amount}",
    capped="höchstens das Berechnete",
    already="{total} − {already} bereits berechnet = {amount}",
    share="{units}/{of} {name}",
)  # fmt: skip
LANGUAGES = {"en": ENGLISH, "de": GERMAN}


def phrases_of(language: str) -> Phrases:
    """Unknown languages read English."""
    return LANGUAGES.get(language.split("-", maxsplit=1)[0], ENGLISH)


def formula_words(formula: Formula | Record, language: str = "en") -> str:
    """The formula in words and numbers, such as "10 seats × 8.00 × 11/31 days (4 to 14 February) = 28.39"."""
    words = phrases_of(language)
    record = formula.record if isinstance(formula, Formula) else formula
    amount = money(record["amount"], record, words)
    dates = date_words(record["first"], record["last"], words)
    if record["what"] == "adjustment":
        should, was = (
            money(record["should"], record, words),
            money(abs(record["was"]), record, words),
        )
        pattern = words.credited if record["was"] < 0 else words.adjustment
        return pattern.format(should=should, was=was, dates=dates, amount=amount)
    terms = [_part(part, record, words) for part in record["parts"]]
    sums = _joined(terms) or seats_words(record["quantity"], words)
    total = money(record["total"], record, words)
    text = f"{sums} ({dates}) = {total}"
    if record.get("capped"):
        text += f" ({words.capped})"
    if record["already"]:
        already = money(record["already"], record, words)
        text += "; " + words.already.format(total=total, already=already, amount=amount)
    return text


def _joined(terms: list[tuple[int, str]]) -> str:
    """Terms with their signs: − before what goes back."""
    text = ""
    for place, (sign, term) in enumerate(terms):
        if place:
            text += " − " if sign < 0 else " + "
        elif sign < 0:
            text += "−"
        text += term
    return text


def _part(part: Record, record: Record, words: Phrases) -> tuple[int, str]:
    sign = -1 if part["rate"] < 0 else 1
    seats, price = part["seats"], record["seat_price"]
    is_whole = part["units"] == part["of_units"]
    unit_rate = part.get("unit_rate")
    if record["seat_days"] is not None and seats is not None:
        days = _number(Fraction(part["of_units"], part["scale"]), words)
        one = money(price, record, words) if unit_rate is None else money(unit_rate, record, words)
        used = _number(Fraction(part["units"] * seats, part["scale"]), words)
        over = f" / {days} {words.units['day'][1]}" if unit_rate is None else ""
        return sign, f"{used} {words.seat_days} × {one}{over}"
    if seats is None:
        factor = words.rate.format(amount=money(abs(part["rate"]), record, words))
        one_rate = factor
    else:
        one_rate = money(price, record, words)
        factor = f"{seats_words(seats, words)} × {one_rate}"
    if is_whole:
        return sign, factor
    if unit_rate is not None:
        units = _counted(Fraction(part["units"], part["scale"]), record["unit"], words)
        lead = f"{seats_words(seats, words)} × " if seats is not None else ""
        return sign, f"{lead}{units} × {money(unit_rate, record, words)}"
    if "fraction" in part:
        return sign, f"{factor} × {decimal_text(part['fraction'], 4).replace('.', words.point)}"
    share = share_words(part["units"], part["of_units"], part["scale"], record["unit"], words)
    return sign, f"{factor} × {share}"


@lru_cache(maxsize=10_000)
def share_words(units: int, of_units: int, scale: int, unit: str, words: Phrases) -> str:
    """A share such as 11/31 days; halves of months come out as 5/24 of the months' halves: 2.5/12 months."""
    return words.share.format(
        units=_number(Fraction(units, scale), words),
        of=_number(Fraction(of_units, scale), words),
        name=words.units[unit][1],
    )


def _number(value: Fraction, words: Phrases) -> str:
    """Whole numbers plain, others as a whole and a fraction: 2 1/2."""
    whole, rest = divmod(value.numerator, value.denominator)
    if not rest:
        return str(whole)
    fraction = f"{rest}/{value.denominator}"
    return f"({whole} {fraction})" if whole else f"({fraction})"


def _counted(value: Fraction, unit: str, words: Phrases) -> str:
    return f"{_number(value, words)} {words.units[unit][0 if value == 1 else 1]}"


def seats_words(count: int, words: Phrases) -> str:
    return f"{count} {words.seats[0 if count == 1 else 1]}"


def money(minor: int, record: Record, words: Phrases) -> str:
    return money_words(minor, record["currency"], words)


@lru_cache(maxsize=10_000)
def money_words(minor: int, currency: str, words: Phrases) -> str:
    text = decimal_text(minor, exponent_of(currency))
    return text.replace(".", words.point).replace("-", "−")


@lru_cache(maxsize=10_000)
def date_words(first: str, last: str, words: Phrases) -> str:
    """ "4 to 14 February", "28 January to 3 February", "1 December 2025 to 3 January 2026"."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    ends = _date(words.date, end, words)
    if start == end:
        return ends
    if start.year != end.year:
        return f"{_date(words.dates, start, words)}{words.until}{_date(words.dates, end, words)}"
    if start.month == end.month:
        begins = words.date.split(" ")[0].format(day=start.day)
        return f"{begins}{words.until}{ends}"
    return f"{_date(words.date, start, words)}{words.until}{ends}"


def _date(pattern: str, day: date, words: Phrases) -> str:
    return pattern.format(day=day.day, month=words.months[day.month - 1], year=day.year)
