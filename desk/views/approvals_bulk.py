"""Decide several requests of one kind together: the sum and each effect first, then each by itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.enums import ExceptionState, Verdict
from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import decide_exception
from billing.operations.foresee_exception import Effect, foresee_exception
from desk.queries.approvals import ApprovalRow, approval_row, decidable, sums_of, with_relations
from desk.views.page import desk_page, note_in_log, show
from desk.views.step_up import ask_again, proved_recently
from kernel.refusal import Refusal

MOST_AT_ONCE = 50
VERDICTS = {Verdict.APPROVE: "approved", Verdict.REJECT: "rejected"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A request with the effect its decision will be checked against."""

    row: ApprovalRow
    effect: Effect


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one of them."""

    number: str
    words: str
    is_done: bool


@require_POST
@desk_page("accounts.view_exceptionrequest")
def bulk(request: HttpRequest) -> HttpResponse:
    """Shows the chosen ones; a second POST with a verdict decides them."""
    person, now = cast(User, request.user), timezone.now()
    asked = chosen_requests(request, person, at=now)
    problem = what_is_wrong(asked)
    if problem:
        messages.error(request, problem)
        return HttpResponseRedirect(reverse("desk:approvals"))
    needs_step_up = any(one.rule.needs_step_up for one in asked)
    if needs_step_up and not proved_recently(request):
        return ask_again(request)
    if request.POST.get("verdict") in VERDICTS and request.POST.get("reason", "").strip():
        told = [decide_one(request, one, at=now) for one in asked]
        return show(request, "desk/approvals_told.html", title="Decided together", told=told)
    rows = [approval_row(one, at=now) for one in asked]
    return show(
        request,
        "desk/approvals_bulk.html",
        title=f"Decide {len(asked)} together",
        kind=rows[0].kind_words,
        chosen=[
            Chosen(row, foresee_exception(one, at=now))
            for row, one in zip(rows, asked, strict=True)
        ],
        sums=sums_of(rows),
        problem="Say why; the reason is kept with each of them."
        if "verdict" in request.POST
        else "",
    )


def chosen_requests(request: HttpRequest, person: User, *, at: datetime) -> list[ExceptionRequest]:
    """Those of the chosen that wait for this person, oldest target first."""
    keys = request.POST.getlist("id")[:MOST_AT_ONCE]
    try:
        known = [UUID(key) for key in keys]
    except (ValueError, ValidationError):
        return []
    rows = with_relations(decidable(person, at=at).filter(pk__in=known), person=person, at=at)
    return list(rows.order_by("target_at", "pk"))


def what_is_wrong(asked: list[ExceptionRequest]) -> str:
    if not asked:
        return "Choose requests that wait for your decision."
    if len({one.kind for one in asked}) > 1:
        return "Only requests of one kind are decided together. Filter by kind, then choose."
    return ""


def decide_one(request: HttpRequest, asked: ExceptionRequest, *, at: datetime) -> Told:
    """Each by itself, checked against the effect that was shown for it."""
    verdict = Verdict(request.POST["verdict"])
    reason = request.POST["reason"]
    try:
        done = decide_exception(
            request_id=asked.pk,
            verdict=verdict,
            reason=reason,
            by=cast(User, request.user),
            seen_digest=request.POST.get(f"seen-{asked.pk}", ""),
            digest_now=lambda one: foresee_exception(one, at=at).digest,
            proved_again=asked.rule.needs_step_up,
            at=at,
        )
    except Refusal as refusal:
        return Told(asked.number, refusal.message, is_done=False)
    note_in_log(request, [done], action_flag=CHANGE, message=f"{verdict}: {reason}"[:300])
    if verdict == Verdict.APPROVE and done.state == ExceptionState.REQUESTED:
        return Told(done.number, "approved; a second person must agree too", is_done=True)
    return Told(done.number, VERDICTS[verdict], is_done=True)
