"""How staff read amounts and times: one locale, every amount with its currency, every time with its zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale

from billing.documents.formats import major, money

STAFF_LOCALE = Locale("en", "GB")
STEPS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)


def staff_money(minor: int, currency: str) -> str:
    """Minor units with the currency's sign: "€1,234.00", "US$8.00"."""
    return money(minor, currency=currency, locale=STAFF_LOCALE)


def money_decimal(minor: int, currency: str) -> str:
    """Minor units as a plain decimal for files and charts: "-1234.00"."""
    return f"{major(minor, currency):f}"


def moment(at: datetime, time_zone: str = "UTC") -> str:
    """An instant on the clock of a zone, naming it: "2026-11-21 01:12 UTC"."""
    zone = UTC if time_zone == "UTC" else ZoneInfo(time_zone)
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def age(since: datetime, at: datetime) -> str:
    """How long ago, in the largest whole unit: "3 hours"."""
    passed = at - since
    for step, word in STEPS:
        if passed >= step:
            count = passed // step
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return "less than a minute"
