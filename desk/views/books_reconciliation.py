"""Reconciliation at the desk: the journal against invoices, payments, what is open and credit."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.queries.books_reconciliation import reconciliation_page
from desk.views.page import desk_page, show, show_part
from tax.models import BillingEntity


@require_GET
@desk_page("billing.view_journalentry")
def reconciliation(request: HttpRequest) -> HttpResponse:
    """The page at once; the comparison, which reads every row, as a part that it loads."""
    entities = list(BillingEntity.objects.all())
    asked = request.GET.get("entity", "")
    entity = next((one for one in entities if one.code == asked), None)
    if not request.headers.get("HX-Request"):
        return show(
            request,
            "desk/books_reconciliation.html",
            title="Reconciliation",
            entities=entities,
            entity=entity,
        )
    now = timezone.now()
    page = reconciliation_page(
        at=now,
        entity_id=entity.pk if entity else None,
        codes={one.pk: one.code for one in entities},
    )
    return show_part(request, "desk/parts/books_comparison.html", page=page, now=now)
