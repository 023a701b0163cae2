"""The board of the flow and letting refused subjects try again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from billing.enums import StageName
from billing.models import StageRefusal
from billing.operations.refuse import retry_refusals
from billing.pipeline import STAGES as BILLING
from billing.tasks import tick
from desk.queries.approval_holds import held_drafts
from desk.queries.flow_board import flow_lanes, recent_retries
from desk.queries.invoice_page import is_uuid
from desk.queries.money_board import money_todos
from desk.queries.runs import runs
from desk.queries.subjects import subject_page
from desk.queries.tax_holds import holds_by_code
from desk.queries.tax_thresholds import threshold_alerts
from desk.views.page import desk_page, note_in_log, show, show_part
from dunning.pipeline import STAGES as RECOVERY

MOST_AT_ONCE = 5000


@require_GET
@desk_page("billing.view_stagerefusal")
def flow(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    holds = holds_by_code()
    board: dict[str, Any] = {
        "lanes": flow_lanes(stages=(*BILLING, *RECOVERY), at=now),
        "tax_holds": holds,
        "held": sum(one.count for one in holds),
        "undecided": held_drafts(),
        "money_todos": money_todos(at=now, may=request.user.has_perm),
        "now": now,
    }
    if request.headers.get("HX-Target") == "board":
        return show_part(request, "desk/parts/board.html", **board)
    return show(
        request,
        "desk/flow.html",
        title="Flow",
        runs=runs(limit=5),
        retries=recent_retries(),
        thresholds=threshold_alerts(),
        **board,
    )


@require_POST
@desk_page("billing.change_stagerefusal")
def retry(request: HttpRequest) -> HttpResponse:
    """Let the named refusals, or all open ones of a stage and code, try again."""
    chosen = StageRefusal.objects.filter(resolved_at=None)
    if request.POST.get("refusal"):
        chosen = chosen.filter(pk__in=filter(is_uuid, request.POST.getlist("refusal")))
    else:
        chosen = chosen.filter(
            stage=request.POST.get("stage", ""), code=request.POST.get("code", "")
        )
    refusals = list(chosen[:MOST_AT_ONCE])
    retried = retry_refusals(refusal_ids=[one.pk for one in refusals], at=timezone.now())
    note_in_log(request, refusals, action_flag=CHANGE, message="Let it try again.")
    tick.delay()
    messages.success(request, told(retried, refusals))
    return HttpResponseRedirect(reverse("desk:flow"))


def told(retried: int, refusals: Sequence[StageRefusal]) -> str:
    """What happens next. Now, not as of the old run: an invoice issued today bears today's date."""
    if any(one.stage == StageName.RATE for one in refusals):
        return f"{retried} let go: the next run rates them again. Start one, or wait for the daily one."
    return f"{retried} let go: their stage takes them again now."


@require_GET
@desk_page("billing.view_stagerefusal")
def subject(request: HttpRequest, stage: str, subject_id: UUID) -> HttpResponse:
    """From a refusal to the page of whom it is about."""
    page = subject_page(stage=stage, subject_id=subject_id)
    if page is None:
        messages.error(
            request, "Nothing with this key is left; try the search of customers or invoices."
        )
        return HttpResponseRedirect(reverse("desk:flow"))
    return HttpResponseRedirect(reverse(f"desk:{page.kind}", args=[page.id]))
