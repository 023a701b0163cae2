"""Registrations with their filing calendar."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.queries.tax_registrations import registration_rows
from desk.queries.tax_returns import (
    all_periods,
    calendar_end,
    filing_calendar,
    next_filings,
)
from desk.views.page import desk_page, show


@require_GET
@desk_page("tax.view_taxregistration")
def registrations(request: HttpRequest) -> HttpResponse:
    today = timezone.now().date()
    periods = all_periods(today=today, until=calendar_end(today))
    following = next_filings(periods)
    return show(
        request,
        "desk/tax_registrations.html",
        title="Registrations",
        rows=[(row, following.get(row.id)) for row in registration_rows(on=today)],
        months=filing_calendar(periods, today=today),
        overdue=sum(row.state == "overdue" for row in periods),
    )
