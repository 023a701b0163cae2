"""Template filters of the desk: amounts with their currency, instants with their zone, nothing computed."""

from datetime import UTC, datetime
from decimal import Decimal

from django import template

from billing.documents import staff_text
from tax.enums import TaxTreatment

register = template.Library()

EMPTY = "–"


@register.filter
def money(minor: int | None, currency: str) -> str:
    return EMPTY if minor is None else staff_text.staff_money(minor, currency)


@register.filter
def moment(at: datetime | None, time_zone: str = "UTC") -> str:
    return EMPTY if at is None else staff_text.moment(at, time_zone)


@register.filter
def age(since: datetime | None, at: datetime) -> str:
    return "" if since is None else staff_text.age(since, at)


@register.filter
def iso(at: datetime) -> str:
    """For <time datetime>."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


@register.filter
def words(code: str) -> str:
    """A vocabulary value as words: seat_added → "seat added"."""
    return code.replace("_", " ")


@register.filter
def percent(rate: Decimal) -> str:
    """19.9750 → "19.975 %"; units are percent already."""
    return f"{plain(rate)} %"


@register.filter
def plain(number: Decimal) -> str:
    """11.51250000 → "11.5125", and 10 stays "10"."""
    return f"{Decimal(number).normalize():f}"


@register.filter
def treatment(code: str) -> str:
    """reverse_charge → "Reverse charge"."""
    return str(TaxTreatment(code).label) if code in TaxTreatment.values else code
