"""The dossier of a request, and what people say to it: decide, comment, attach, revoke."""

from typing import cast

from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.contrib.auth.models import User
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.calc.refusals import ExceptionMoved
from accounts.enums import ExceptionKind, ExceptionState, Verdict
from accounts.models import ExceptionAttachment, ExceptionRequest
from accounts.operations.decide_exception import BY_DECIDERS, decide_exception
from accounts.operations.discuss_exception import attach_to_exception, comment_exception
from billing.operations.foresee_exception import foresee_exception
from billing.operations.revoke_grant import end_of_cycle, revoke_grant
from desk.queries.approval_deciders import deciders_now, permitted, rule_sentence
from desk.queries.approval_dossier import dossier_of, found_request
from desk.queries.approvals_authority import changes_of
from desk.views.page import desk_page, note_in_log, show
from desk.views.step_up import ask_again, proved_recently
from kernel.refusal import Refusal

DONE = {
    Verdict.APPROVE: "You approved {}.",
    Verdict.REJECT: "You rejected {}.",
    Verdict.SEND_BACK: "You sent {} back to who asked.",
    Verdict.ESCALATE: "{} is escalated: those who stand in may decide it now.",
    Verdict.RESUBMIT: "{} is asked again and waits for a decision.",
    Verdict.WITHDRAW: "{} is withdrawn.",
}


def request_or_404(number: str) -> ExceptionRequest:
    asked = found_request(number)
    if asked is None:
        raise Http404("No request has this number.")
    return asked


@require_GET
@desk_page("accounts.view_exceptionrequest")
def dossier(request: HttpRequest, number: str) -> HttpResponse:
    return dossier_page(request, request_or_404(number))


def dossier_page(
    request: HttpRequest,
    asked: ExceptionRequest,
    *,
    problem: str = "",
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; `said` is a reason already typed, `problem` why it was not taken."""
    person, now = cast(User, request.user), timezone.now()
    may = permitted(asked, person, at=now)
    waits = asked.state in (ExceptionState.REQUESTED, ExceptionState.SENT_BACK)
    response = show(
        request,
        "desk/approval.html",
        title=f"{asked.number}: {asked.get_kind_display().lower()}",
        here="dossier",
        page=dossier_of(asked, at=now),
        effect=foresee_exception(asked, at=now),
        rule=rule_sentence(asked),
        matrix_version=asked.rule.matrix.version,
        may=may,
        deciders=deciders_now(asked, at=now) if waits else (),
        proved=not may.needs_step_up or proved_recently(request),
        ends_on=end_of_cycle(asked, at=now) if may.may_revoke else None,
        changes=changes_of(asked.terms["rules"], asked.rule.matrix)
        if asked.kind == ExceptionKind.AUTHORITY_CHANGE
        else None,
        problem=problem,
        said=said,
        can_comment=person.has_perm("accounts.add_exceptioncomment"),
        can_attach=waits and person.has_perm("accounts.add_exceptionattachment"),
        can_ask=person.has_perm("accounts.add_exceptionrequest"),
        now=now,
    )
    response.status_code = status
    return response


@require_POST
@desk_page("accounts.view_exceptionrequest")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """One verdict with its reason; refused when the effect is not the one that was seen."""
    asked = request_or_404(number)
    verdict, reason = request.POST.get("verdict", ""), request.POST.get("reason", "")
    if verdict not in DONE:
        raise Http404("There is no such decision.")
    proved = proved_recently(request)
    if verdict == Verdict.APPROVE and asked.rule.needs_step_up and not proved:
        return ask_again(request)
    try:
        done = decided(request, asked, verdict=verdict, reason=reason, proved=proved)
    except ExceptionMoved as refusal:
        return dossier_page(
            request, request_or_404(number), problem=refusal.message, said=reason, status=409
        )
    except Refusal as refusal:
        return dossier_page(
            request, request_or_404(number), problem=refusal.message, said=reason, status=422
        )
    messages.success(request, words_after(done, verdict))
    return HttpResponseRedirect(place(done))


def decided(
    request: HttpRequest, asked: ExceptionRequest, *, verdict: str, reason: str, proved: bool
) -> ExceptionRequest:
    """:raises Refusal: see decide_exception"""
    now = timezone.now()
    done = decide_exception(
        request_id=asked.pk,
        verdict=verdict,
        reason=reason,
        by=cast(User, request.user),
        seen_digest=request.POST.get("seen", "")[:64] if verdict in BY_DECIDERS else "",
        digest_now=lambda one: foresee_exception(one, at=now).digest,
        proved_again=proved and asked.rule.needs_step_up,
        at=now,
    )
    note_in_log(request, [done], action_flag=CHANGE, message=f"{verdict}: {reason}"[:300])
    return done


def words_after(done: ExceptionRequest, verdict: str) -> str:
    if verdict == Verdict.APPROVE and done.state == ExceptionState.REQUESTED:
        return f"You approved {done.number}; a second person must agree too."
    return DONE[Verdict(verdict)].format(done.number)


def place(asked: ExceptionRequest) -> str:
    return reverse("desk:approval", args=[asked.number])


@require_GET
@desk_page("accounts.view_exceptionrequest")
def prove(request: HttpRequest, number: str) -> HttpResponse:
    """Sign in again first, then come back to decide."""
    if not proved_recently(request):
        return ask_again(request)
    return HttpResponseRedirect(reverse("desk:approval", args=[number]) + "#decide")


@require_POST
@desk_page("accounts.add_exceptioncomment")
def comment(request: HttpRequest, number: str) -> HttpResponse:
    asked = request_or_404(number)
    try:
        comment_exception(
            request_id=asked.pk,
            text=request.POST.get("text", "")[:2000],
            by=cast(User, request.user),
            at=timezone.now(),
        )
    except Refusal:
        messages.error(request, "Write the comment first.")
    return HttpResponseRedirect(f"{place(asked)}#history")


@require_POST
@desk_page("accounts.add_exceptionattachment")
def attach(request: HttpRequest, number: str) -> HttpResponse:
    asked = request_or_404(number)
    upload = request.FILES.get("attachment")
    try:
        if upload is None:
            messages.error(request, "Choose a file first.")
        else:
            attach_to_exception(
                asked=asked, upload=upload, by=cast(User, request.user), at=timezone.now()
            )
            messages.success(request, f"{upload.name} is attached.")
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(f"{place(asked)}#evidence")


@require_GET
@desk_page("accounts.view_exceptionattachment")
def attachment(request: HttpRequest, number: str, attachment_id: str) -> FileResponse:
    """A file as a download; browsers are told not to guess what it is."""
    found = get_object_or_404(ExceptionAttachment, pk=attachment_id, request__number=number)
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type,
        headers={"X-Content-Type-Options": "nosniff"},
    )


@require_POST
@desk_page("accounts.view_exceptionrequest")
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    asked = request_or_404(number)
    reason = request.POST.get("reason", "")
    try:
        done = revoke_grant(
            request_id=asked.pk, reason=reason, by=cast(User, request.user), at=timezone.now()
        )
    except Refusal as refusal:
        return dossier_page(
            request, request_or_404(number), problem=refusal.message, said=reason, status=422
        )
    note_in_log(request, [done], action_flag=CHANGE, message=f"revoke: {reason}"[:300])
    until = f" Its effect ends on {done.ends_on}." if done.carried_out_at and done.ends_on else ""
    messages.success(request, f"{done.number} is revoked.{until}")
    return HttpResponseRedirect(place(done))
