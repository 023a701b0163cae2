"""Numbers, money, dates and addresses as the customer's language writes them. Babel's rules, no float."""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from kernel.money import exponent_of

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
TERRITORIES = {
    ("en", "A4"): "GB",
    ("en", "Letter"): "US",
    ("de", "A4"): "DE",
    ("de", "Letter"): "DE",
}
LANGUAGES = ("en", "de")
CITY_THEN_REGION = frozenset({"US", "CA", "AU"})
POSTAL_CODE_LAST = frozenset({"GB", "IE"})
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


@lru_cache(maxsize=64)
def document_locale(*, language: str, paper: str) -> Locale:
    """
    The locale a sheet is written in. A territory in the language wins ("de-AT"); else English
    reads British on A4 and American on Letter. A language without phrases reads English.
    """
    code = language.replace("_", "-").split("-")[0].lower()
    if code not in LANGUAGES:
        return Locale("en", TERRITORIES["en", paper])
    if "-" in language or "_" in language:
        try:
            return Locale.parse(language, sep="-" if "-" in language else "_")
        except (UnknownLocaleError, ValueError):
            return Locale(code, TERRITORIES[code, paper])
    return Locale(code, TERRITORIES[code, paper])


def fraction(currency: str) -> str:
    """The pattern of the currency's decimals: "" for JPY, ".00" for EUR, ".000" for KWD."""
    places = exponent_of(currency)
    return "." + "0" * places if places else ""


@lru_cache(maxsize=256)
def money_pattern(*, currency: str, locale: Locale) -> str:
    """The locale's pattern for money, with the currency's own decimals and room after a letter."""
    pattern: str = locale.currency_formats["standard"].pattern
    if get_currency_symbol(currency, locale=locale)[-1].isalpha():
        pattern = pattern.replace("¤#", f"¤{NO_BREAK_SPACE}#")
    return pattern.replace(".00", fraction(currency))


def major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-exponent_of(currency))


def money(minor: int, *, currency: str, locale: Locale) -> str:
    """Minor units with the currency's sign: "€1,234.00", "1.234,00 €", "¥1,234"."""
    text = format_currency(
        major(minor, currency),
        currency,
        format=money_pattern(currency=currency, locale=locale),
        locale=locale,
        currency_digits=False,
    )
    return text.replace("-", MINUS)


def amount(minor: int, *, currency: str, locale: Locale) -> str:
    """Minor units without the sign, for columns that name their currency: "1,234.00"."""
    text = format_decimal(
        major(minor, currency), format="#,##0" + fraction(currency), locale=locale
    )
    return text.replace("-", MINUS)


def whole(number: int, *, locale: Locale) -> str:
    return format_decimal(number, format="#,##0", locale=locale)


@lru_cache(maxsize=1024)
def long_date(day: date, *, locale: Locale) -> str:
    """ "4 February 2026", "February 4, 2026", "4. Februar 2026"."""
    return format_date(day, "long", locale=locale)


@lru_cache(maxsize=4096)
def period(first: date, after: date, *, locale: Locale) -> str:
    """A half-open period as its first and last day: "4–14 Feb 2026". Breaks only at the dash."""
    last = max(first, after - timedelta(days=1))
    text = format_interval(first, last, "yMMMd", locale=locale)
    start, dash, end = text.replace("\u2009", " ").partition("–")
    if not dash:
        return unbroken(text)
    is_within_a_month = (first.year, first.month) == (last.year, last.month)
    return unbroken(start.strip()) + ("–" if is_within_a_month else " – ") + unbroken(end.strip())


def breakable_formula(formula: str) -> str:
    """A factor stays with its sign and the result with its equals sign when the line breaks."""
    return formula.replace("× ", f"×{NO_BREAK_SPACE}").replace(
        " = ", f"{NO_BREAK_SPACE}={NO_BREAK_SPACE}"
    )


def unbroken(text: str) -> str:
    return text.replace(" ", NO_BREAK_SPACE)


def country_name(code: str, *, locale: Locale) -> str:
    name: str = locale.territories.get(code, code)
    return name


def city_lines(*, postal_code: str, city: str, region: str, country: str) -> tuple[str, ...]:
    """The place as the country's post writes it; empty parts leave no trace."""
    if country in CITY_THEN_REGION:
        place = ", ".join(part for part in (city, region) if part)
        return nonempty(" ".join(part for part in (place, postal_code) if part))
    if country in POSTAL_CODE_LAST:
        return nonempty(city, region, postal_code)
    return nonempty(" ".join(part for part in (postal_code, city) if part), region)


def nonempty(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def is_iban(account: str) -> bool:
    return IBAN.fullmatch(account.replace(" ", "")) is not None


def bank_account(account: str) -> str:
    """An IBAN in groups of four; any other account number as given."""
    if not is_iban(account):
        return account
    compact = account.replace(" ", "")
    groups = [compact[at : at + 4] for at in range(0, len(compact), 4)]
    return NO_BREAK_SPACE.join(groups)
