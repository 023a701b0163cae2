"""The audit trail: who saw and changed what, searchable, as CSV with the digests of the chain."""

import json
from collections.abc import Iterator

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.models import AuditEntry
from accounts.views.filters import any_of, date_of
from desk.queries.audit_list import ACTIONS, AuditFilter, audit_page, found_entries
from desk.views.page import desk_page, show

LOOK = "accounts.view_auditentry"
COLUMNS = [
    "sequence", "at", "actor_kind", "actor_id", "actor_label", "action", "subject_kind",
    "subject_id", "label", "customer_id", "address", "user_agent", "request_id", "id", "detail",
    "content_digest", "previous_digest", "digest",
]  # fmt: skip
CHUNK = 2000


class AuditForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    person = forms.CharField(required=False)
    action = any_of(ACTIONS.items(), "Action")
    kind = forms.CharField(required=False)
    subject = forms.CharField(required=False)
    customer = forms.CharField(required=False)
    first = date_of("From")
    last = date_of("To")
    before = forms.IntegerField(required=False, min_value=0)
    after = forms.IntegerField(required=False, min_value=0)

    def asked(self) -> AuditFilter:
        self.full_clean()
        given = {
            name: value for name, value in self.cleaned_data.items() if value not in ("", None)
        }
        return AuditFilter(**given)


@require_GET
@desk_page(LOOK)
def audit(request: HttpRequest) -> HttpResponse:
    form = AuditForm(request.GET)
    asked = form.asked()
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    return show(
        request,
        "desk/audit.html",
        title="Audit trail",
        form=form,
        asked=asked,
        page=audit_page(asked),
        query=query.urlencode(),
        now=timezone.now(),
    )


@require_GET
@desk_page(LOOK)
def audit_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Everything the filters find, oldest first, so that a reader can follow the chain."""
    rows = found_entries(AuditForm(request.GET).asked()).order_by("sequence")
    return csv_response(name="audit-trail", header=COLUMNS, rows=csv_rows(rows.iterator(CHUNK)))


def csv_rows(entries: Iterator[AuditEntry]) -> Iterator[list[str]]:
    for entry in entries:
        values = {name: getattr(entry, name) for name in COLUMNS}
        values["at"] = entry.at.isoformat(timespec="microseconds")
        values["detail"] = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True)
        yield ["" if value is None else str(value) for value in values.values()]
