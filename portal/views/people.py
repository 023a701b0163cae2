"""People: search among thousands, one person's page, and the list as CSV."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.models import Grantee
from accounts.views.filters import any_of, page_number, query_without_page
from portal.queries.groups_tree import group_choices
from portal.queries.people_history import happenings
from portal.queries.people_list import (
    SEAT_FILTERS,
    PeopleFilter,
    PersonRow,
    found_people,
    people_of,
    people_page,
    person_rows,
)
from portal.queries.people_seats import seat_type_choices
from portal.queries.seat_requests import open_requests
from portal.views.page import PortalRequest, portal_page, show

CSV_HEADER = [
    "id", "name", "email", "groups", "seat_type", "state", "since", "seat_group", "subscription",
]  # fmt: skip
CHUNK = 1000


class PeopleFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False, max_length=200, label="Name, e-mail or id")
    group = forms.UUIDField(required=False)
    seat_type = forms.CharField(required=False, max_length=50)
    state = any_of(SEAT_FILTERS.items(), "Seat")

    def asked(self) -> PeopleFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return PeopleFilter(**given)


def show_people(
    request: PortalRequest, template: str, *, title: str, **context: Any
) -> HttpResponse:
    """A page with the tabs of people and seats; a badge says how many requests wait."""
    waiting = open_requests(request.rights)
    return show(request, template, title=title, waiting=waiting, **context)


@require_GET
@portal_page("people")
def people(request: PortalRequest) -> HttpResponse:
    form = PeopleFilterForm(request.GET)
    asked = form.asked()
    return show_people(
        request,
        "portal/people/people.html",
        title="People and seats",
        form=form,
        asked=asked,
        page=people_page(request.rights, asked, number=page_number(request), at=timezone.now()),
        groups=group_choices(request.rights),
        seat_types=seat_type_choices(customer_id=request.customer.pk),
        query=query_without_page(request),
    )


@require_GET
@portal_page("people")
def people_csv(request: PortalRequest) -> StreamingHttpResponse:
    """Everybody found, a row for each seat; one row for somebody without."""
    now = timezone.now()
    found = list(found_people(request.rights, PeopleFilterForm(request.GET).asked(), at=now))

    def rows() -> Iterator[list[str]]:
        for first in range(0, len(found), CHUNK):
            for row in person_rows(request.rights, found[first : first + CHUNK], at=now):
                yield from csv_rows(row)

    return csv_response(name="people", header=CSV_HEADER, rows=rows())


def csv_rows(row: PersonRow) -> Iterator[list[str]]:
    who = [row.external_id, row.name, row.email, ", ".join(row.groups)]
    if not row.seats:
        yield [*who, "", "", "", "", ""]
    for seat in row.seats:
        since = seat.since.isoformat(timespec="seconds")
        yield [*who, seat.seat_type, seat.state, since, seat.group, seat.subscription]


@require_GET
@portal_page("people")
def person(request: PortalRequest, grantee_id: UUID) -> HttpResponse:
    """One person: seats and since when, groups, what can be done, and what happened."""
    row = own_person(request, grantee_id)
    (shown,) = person_rows(request.rights, [row], at=timezone.now())
    return show(
        request,
        "portal/people/person.html",
        title=shown.called,
        row=shown,
        events=happenings(request.rights, grantee_id=row.pk),
    )


def own_person(request: PortalRequest, grantee_id: UUID) -> Grantee:
    """Somebody outside the groups the person administers is not found."""
    row = people_of(request.rights).filter(pk=grantee_id).first()
    if row is None:
        raise Http404
    return row
