"""Release checks: the latest, one with its results, and starting one."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.admin.base import csv_response
from desk.enums import CheckReason
from desk.models import ReleaseCheckRun
from desk.operations.release_check import start_release_check
from desk.operations.send_check import send_check
from desk.queries.release import CheckPage, ResultRow, check_page, checks, last_check, scenario_list
from desk.views.page import desk_page, note_in_log, show, show_part
from kernel.refusal import Refusal

CHECKS_SHOWN = 10
CSV_HEADER = [
    "scenario", "rule", "area", "plan", "outcome", "since_the_last_check", "differences", "took_ms",
]  # fmt: skip


@require_GET
@desk_page("desk.view_releasecheckrun")
def release(request: HttpRequest) -> HttpResponse:
    return show(
        request,
        "desk/release.html",
        title="Release check",
        last=last_check(),
        checks=checks(limit=CHECKS_SHOWN),
        scenarios=scenario_list(),
        now=timezone.now(),
    )


@require_POST
@desk_page("desk.add_releasecheckrun")
def start(request: HttpRequest) -> HttpResponse:
    try:
        run = start_release_check(
            reason=CheckReason.DESK, at=timezone.now(), by=cast(User, request.user)
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("desk:release"))
    note_in_log(request, [run], action_flag=ADDITION, message="Started at the desk.")
    send_check(run_id=run.pk)
    return HttpResponseRedirect(reverse("desk:release_check", args=[run.pk]))


@require_POST
@desk_page("desk.add_releasecheckrun")
def go_on(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A check whose worker died goes on with what is left."""
    if not ReleaseCheckRun.objects.filter(pk=run_id).exists():
        raise Http404
    send_check(run_id=run_id)
    messages.success(request, "It goes on with the scenarios that are left.")
    return HttpResponseRedirect(reverse("desk:release_check", args=[run_id]))


def page_or_404(run_id: UUID) -> CheckPage:
    page = check_page(run_id)
    if page is None:
        raise Http404("There is no such check.")
    return page


@require_GET
@desk_page("desk.view_releasecheckrun")
def check(request: HttpRequest, run_id: UUID) -> HttpResponse:
    context = {"page": page_or_404(run_id), "now": timezone.now()}
    target = request.headers.get("HX-Target")
    if target == "check":
        return show_part(request, "desk/parts/release_results.html", **context)
    if target == "publication-check":
        return show_part(request, "desk/parts/publication_check.html", check=context["page"])
    return show(request, "desk/release_check.html", title="Release check", **context)


@require_GET
@desk_page("desk.view_releasecheckrun")
def check_csv(request: HttpRequest, run_id: UUID) -> StreamingHttpResponse:
    page = page_or_404(run_id)
    return csv_response(
        name="release-check", header=CSV_HEADER, rows=(csv_row(row) for row in page.rows)
    )


def csv_row(row: ResultRow) -> list[str]:
    return [
        row.key, row.name, row.area, row.plan, row.outcome, row.change, " ".join(row.differences),
        str(row.took_ms),
    ]  # fmt: skip
