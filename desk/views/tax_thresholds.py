"""Registration thresholds as bars: who comes close, who is over, and when."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from desk.queries.tax_thresholds import threshold_alerts, threshold_rows
from desk.views.page import desk_page, show
from tax.models import BillingEntity


@require_GET
@desk_page("tax.view_thresholdposition")
def thresholds(request: HttpRequest) -> HttpResponse:
    entity, place = request.GET.get("entity", ""), request.GET.get("place", "")
    with_unsold = bool(request.GET.get("all"))
    rows = threshold_rows(entity=entity, place=place, with_unsold=with_unsold)
    return show(
        request,
        "desk/tax_thresholds.html",
        title="Thresholds",
        rows=rows,
        entity=entity,
        place=place,
        with_unsold=with_unsold,
        alerts=threshold_alerts(),
        measured_at=max((row.measured_at for row in rows), default=None),
        entities=list(BillingEntity.objects.values_list("code", "legal_name")),
    )
