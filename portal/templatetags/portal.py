"""Template filters of the portal: periods by their first and last day, nothing computed."""

from datetime import date

from babel import Locale
from django import template

from billing.documents import formats

register = template.Library()
LOCALE = Locale("en", "GB")


@register.filter
def until(first: date, after: date) -> str:
    """Half-open dates as people say them: "15 Oct – 14 Nov 2026"."""
    return formats.period(first, after, locale=LOCALE)
