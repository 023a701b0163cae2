"""Webhooks of the gateway: what waits, what was applied, what is parked, and trying it again."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.views.filters import any_of, date_of, page_number, query_without_page
from billing.enums import StageName
from billing.models import StageRefusal
from billing.operations.refuse import retry_refusals
from billing.tasks import settle
from desk.queries.money_events import STATES, EventFilter, event_list, event_page
from desk.views.page import desk_page, note_in_log, show


class EventFilterForm(forms.Form):
    search = forms.CharField(required=False)
    state = any_of(STATES.items(), "State")
    kind = forms.CharField(required=False)
    first = date_of("Received from (UTC)")
    last = date_of("to")

    def asked(self) -> EventFilter:
        self.full_clean()
        return EventFilter(**{name: value for name, value in self.cleaned_data.items() if value})


@require_GET
@desk_page("billing.view_gatewayevent")
def events(request: HttpRequest) -> HttpResponse:
    form = EventFilterForm(request.GET)
    asked = form.asked()
    return show(
        request,
        "desk/money_events.html",
        title="Webhooks",
        form=form,
        asked=asked,
        page=event_list(asked, number=page_number(request)),
        query=query_without_page(request),
    )


@require_GET
@desk_page("billing.view_gatewayevent")
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    page = event_page(event_id)
    if page is None:
        raise Http404("No webhook has this key.")
    return show(
        request,
        "desk/money_event.html",
        title=f"Webhook {page.row.kind}",
        page=page,
        row=page.row,
        now=timezone.now(),
    )


@require_POST
@desk_page("billing.change_stagerefusal")
def replay(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Close the refusal that parks it: the settle stage takes it again, at once if a worker runs."""
    parked = list(
        StageRefusal.objects.filter(
            stage=StageName.SETTLE, subject_id=event_id, resolved_at=None
        )
    )  # fmt: skip
    if retry_refusals(refusal_ids=[one.pk for one in parked], at=timezone.now()):
        note_in_log(request, parked, action_flag=CHANGE, message="Let the webhook try again.")
        settle.delay()
        messages.success(request, "Let go: the settle stage takes it again now.")
    else:
        messages.info(request, "It is not parked: it was applied, or it waits for its turn.")
    return HttpResponseRedirect(reverse("desk:money_event", args=[event_id]))
