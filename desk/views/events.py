"""One event and everything it caused."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from desk.queries.event_page import event_page
from desk.views.page import desk_page, show


@require_GET
@desk_page("billing.view_entitlementevent")
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    record = event_page(event_id)
    if record is None:
        raise Http404("No event has this key.")
    return show(request, "desk/event.html", title=f"Event {record.label}", page=record)
