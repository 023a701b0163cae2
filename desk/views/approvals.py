"""Exception requests: mine to decide first, every one of them, and the list as CSV."""

from typing import cast

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.views.filters import any_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from desk.queries.approvals import (
    AGES,
    KINDS,
    SORT_WORDS,
    STATES,
    WHOSE,
    ApprovalFilter,
    ApprovalRow,
    approval_list,
    approval_row,
    approval_sums,
    found_requests,
    teams_and_packages,
    waiting_count,
    with_relations,
)
from desk.views.page import desk_page, show

CSV_HEADER = [
    "number", "kind", "asked_for", "state", "customer", "customer_id", "team", "package",
    "currency", "amount", "leakage", "asked_by", "asked_at", "target_at", "decided_at",
]  # fmt: skip
CHUNK = 2000


class ApprovalFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    whose = forms.ChoiceField(choices=list(WHOSE.items()), required=False)
    search = forms.CharField(required=False, max_length=200)
    kind = any_of(KINDS, "Kind")
    state = any_of(STATES, "State")
    team = forms.CharField(required=False, max_length=60)
    package = forms.CharField(required=False, max_length=80)
    age = any_of(AGES.items(), "Target time")
    sort = forms.ChoiceField(choices=list(SORT_WORDS.items()), required=False)

    def asked(self) -> ApprovalFilter:
        self.full_clean()
        return ApprovalFilter(**{name: value for name, value in self.cleaned_data.items() if value})


@require_GET
@desk_page("accounts.view_exceptionrequest")
def approvals(request: HttpRequest) -> HttpResponse:
    form = ApprovalFilterForm(request.GET)
    asked = form.asked()
    person, now = cast(User, request.user), timezone.now()
    teams, packages = teams_and_packages()
    return show(
        request,
        "desk/approvals.html",
        title="Approvals",
        here="list",
        form=form,
        asked=asked,
        whose=[(value, words, whose_query(request, value)) for value, words in WHOSE.items()],
        page=approval_list(asked, person=person, number=page_number(request), at=now),
        sums=approval_sums(asked, person=person, at=now),
        teams=teams,
        packages=packages,
        query=query_without_page(request),
        can_decide=request.user.has_perm("accounts.decide_exception"),
        can_ask=request.user.has_perm("accounts.add_exceptionrequest"),
        now=now,
    )


def whose_query(request: HttpRequest, whose: str) -> str:
    """The other filters stay when the tab changes."""
    query = request.GET.copy()
    query.pop("page", None)
    query["whose"] = whose
    return query.urlencode()


@require_GET
@desk_page("accounts.view_exceptionrequest")
def approvals_csv(request: HttpRequest) -> StreamingHttpResponse:
    asked = ApprovalFilterForm(request.GET).asked()
    person, now = cast(User, request.user), timezone.now()
    found = with_relations(found_requests(asked, person=person, at=now), person=person, at=now)
    rows = found.iterator(chunk_size=CHUNK)
    return csv_response(
        name="approvals",
        header=CSV_HEADER,
        rows=(csv_row(approval_row(one, at=now)) for one in rows),
    )


def csv_row(row: ApprovalRow) -> list[str]:
    leakage = row.leakage_minor
    return [
        row.number,
        row.kind,
        row.words,
        row.state,
        row.customer_name,
        str(row.customer_id or ""),
        row.team,
        row.package,
        row.currency,
        money_decimal(row.amount_minor, row.currency) if row.currency else "",
        money_decimal(leakage, row.currency) if row.currency and leakage is not None else "",
        row.asked_by,
        row.asked_at.isoformat(timespec="seconds"),
        row.target_at.isoformat(timespec="seconds"),
        row.decided_at.isoformat(timespec="seconds") if row.decided_at else "",
    ]


def waiting_badge(request: HttpRequest) -> str:
    """How many wait for the person, beside the entry of the sidebar; nothing for none. Two queries."""
    if not request.user.has_perm("accounts.decide_exception"):
        return ""
    waiting = waiting_count(cast(User, request.user), at=timezone.now())
    return str(waiting) if waiting else ""
