"""Registrations with their filing calendar."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.queries.tax_registrations import registration_rows
from desk.views.page import desk_page, show


@require_GET
@desk_page("tax.view_taxregistration")
def registrations(request: HttpRequest) -> HttpResponse:
    today = timezone.now().date()
    return show(
        request,
        "desk/tax_registrations.html",
        title="Registrations",
        rows=registration_rows(on=today),
    )
