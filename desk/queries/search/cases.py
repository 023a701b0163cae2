"""Found by what somebody works on: exception requests and incidents."""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from accounts.models import ExceptionRequest
from desk.models import Incident
from desk.queries.search.term import AT_MOST, Hit, Kind, Term

REQUEST_PREFIX = "EX-"


def requests(term: Term) -> Sequence[Hit]:
    """By key or the beginning of the number, EX-000012."""
    wanted = Q(pk=term.key) if term.key else Q(number__startswith=term.upper)
    rows = ExceptionRequest.objects.filter(wanted).select_related("customer")
    return [
        Hit(
            title=one.number,
            detail=", ".join(
                filter(
                    None,
                    (
                        one.get_kind_display(),
                        one.customer.legal_name if one.customer else "",
                        one.get_state_display().lower(),
                    ),
                )
            ),
            address=reverse("desk:approval", args=[one.number]),
            is_exact=bool(term.key) or one.number == term.upper,
        )
        for one in rows.order_by("number")[:AT_MOST]
    ]


def incidents(term: Term) -> Sequence[Hit]:
    """By key, or words of the title; the newest first."""
    wanted = Q(pk=term.key) if term.key else Q(title__icontains=term.text)
    rows = Incident.objects.filter(wanted).order_by("-opened_at", "-pk")
    return [
        Hit(
            title=one.title,
            detail=f"{one.get_playbook_display()}, {one.get_state_display().lower()}, "
            f"opened {one.opened_at:%-d %B %Y}",
            address=reverse("desk:incident", args=[one.pk]),
            is_exact=bool(term.key) or one.title.upper() == term.upper,
        )
        for one in rows[:AT_MOST]
    ]


KINDS = (
    Kind(
        "Exception requests", "exception request: EX-000012", "accounts.view_exceptionrequest",
        lambda term: bool(term.key) or term.upper.startswith(REQUEST_PREFIX), requests,
    ),
    Kind(
        "Incidents", "incident: words of its title", "desk.view_incident",
        lambda term: bool(term.key) or (term.is_name and not term.is_mail), incidents,
    ),
)  # fmt: skip
