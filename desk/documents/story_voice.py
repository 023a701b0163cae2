"""How stories write numbers, money and dates: Babel's rules for the customer's language."""

from datetime import date

from billing.documents import formats
from desk.calc.story import Voice
from desk.calc.story_phrases import story_language


def story_voice(*, language: str, paper: str) -> Voice:
    """A language without sentences is told in English, with English numbers."""
    locale = formats.document_locale(language=language, paper=paper)

    def money(minor: int, currency: str) -> str:
        return formats.money(minor, currency=currency, locale=locale)

    def day(on: date) -> str:
        return formats.long_date(on, locale=locale)

    def days(first: date, after: date) -> str:
        return formats.period(first, after, locale=locale).replace(formats.NO_BREAK_SPACE, " ")

    def number(count: int) -> str:
        return formats.whole(count, locale=locale)

    return Voice(story_language(language), money, day, days, number)
