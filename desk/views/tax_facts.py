"""Rates and other facts of the law, to read: what holds today, since when, by which source."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.queries.tax_facts import newest_exchange_rates, rate_changes, rates_today
from desk.views.page import desk_page, show


@require_GET
@desk_page("tax.view_taxrate")
def facts(request: HttpRequest) -> HttpResponse:
    today = timezone.now().date()
    place = request.GET.get("place", "")
    return show(
        request,
        "desk/tax_facts.html",
        title="Rates and facts",
        today=today,
        place=place,
        groups=rates_today(today, place=place),
        changes=rate_changes(today),
        exchange_rates=newest_exchange_rates(),
    )
