"""The steps of month end: run the checks, waive, assign, sign, ask to open again."""

from collections.abc import Callable
from datetime import date
from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.enums import ExceptionKind
from billing.enums import CloseItem
from billing.operations.ask_exception import ask_exception
from billing.operations.assign_close_item import assign_close_item
from billing.operations.compute_close import begin_close, start_close_run
from billing.operations.sign_close import sign_close
from billing.operations.waive_close_item import waive_close_item
from billing.tasks import check_close
from desk.views.close import STAFF, begun, close_of
from desk.views.page import desk_page, note_in_log
from kernel.refusal import Refusal

Step = Callable[[], str]


class WaiveForm(forms.Form):
    code = forms.ChoiceField(choices=CloseItem.choices)
    finding = forms.CharField(max_length=64)
    reason = forms.CharField(max_length=500, required=False)


class AssignForm(forms.Form):
    code = forms.ChoiceField(choices=CloseItem.choices)
    owner = forms.ModelChoiceField(STAFF, required=False, to_field_name="username")
    due = forms.DateField()
    note = forms.CharField(max_length=500, required=False)


def to_month(entity: str, month: date) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("desk:close_month", args=[entity, month]))


def take(request: HttpRequest, entity: str, month: date, step: Step) -> HttpResponse:
    """Take one step and say what came of it, on the month's page."""
    try:
        messages.success(request, step())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return to_month(entity, month)


@require_POST
@desk_page("billing.add_closerun")
def run(request: HttpRequest, entity: str, month: date) -> HttpResponse:
    """Begin the month if nobody did, and let a worker check it."""
    seller, _ = close_of(entity, month)
    now = timezone.now()

    def step() -> str:
        close = begin_close(entity=seller, month=month, at=now)
        started = start_close_run(close=close, at=now, by=cast(User, request.user))
        note_in_log(request, [close], action_flag=CHANGE, message="Ran the checks.")
        check_close.delay(run_id=str(started.pk))
        return "The checks are running; this page follows them."

    return take(request, entity, month, step)


@require_POST
@desk_page("billing.sign_close")
def sign(request: HttpRequest, entity: str, month: date) -> HttpResponse:
    state = begun(entity, month)

    def step() -> str:
        signed = sign_close(
            close_id=state.close.pk,
            digest=request.POST.get("digest", ""),
            by=cast(User, request.user),
            may_lock=request.user.has_perm("billing.lock_close"),
            at=timezone.now(),
        )
        note_in_log(
            request, [state.close], action_flag=CHANGE, message=f"Signed, {signed.digest[:12]}."
        )
        if signed.position == 1:
            return "You signed. A second person signs next; then the month is locked."
        return f"{month:%B %Y} is closed. Nothing is booked into it any more."

    return take(request, entity, month, step)


@require_POST
@desk_page("billing.lock_close")
def waive(request: HttpRequest, entity: str, month: date) -> HttpResponse:
    state, form = begun(entity, month), WaiveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This item cannot be waived; load the page again.")
        return to_month(entity, month)

    def step() -> str:
        waiver = waive_close_item(
            close_id=state.close.pk, by=cast(User, request.user), at=timezone.now(),
            **form.cleaned_data,
        )  # fmt: skip
        said = f"Waived “{waiver.get_code_display()}”: {waiver.reason}"
        note_in_log(request, [state.close], action_flag=CHANGE, message=said)
        return f"“{waiver.get_code_display()}” no longer blocks. Your reason stays on the report."

    return take(request, entity, month, step)


@require_POST
@desk_page("billing.change_closecheck")
def assign(request: HttpRequest, entity: str, month: date) -> HttpResponse:
    state, form = begun(entity, month), AssignForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give a day, and an owner of the list.")
        return to_month(entity, month)

    def step() -> str:
        check = assign_close_item(close=state.close, **form.cleaned_data)
        whose = check.owner.get_username() if check.owner else "everybody"
        note_in_log(request, [check], action_flag=CHANGE, message=f"Assigned to {whose}.")
        return f"“{check.get_code_display()}” belongs to {whose}, due on {check.due}."

    return take(request, entity, month, step)


@require_POST
@desk_page("accounts.add_exceptionrequest")
def ask_reopening(request: HttpRequest, entity: str, month: date) -> HttpResponse:
    """Ask for what two others must approve."""
    begun(entity, month)

    def step() -> str:
        asked = ask_exception(
            kind=ExceptionKind.REOPEN_PERIOD,
            subject=entity,
            terms={"month": f"{month:%Y-%m}"},
            reason=request.POST.get("reason", ""),
            by=cast(User, request.user),
            at=timezone.now(),
        )
        note_in_log(request, [asked], action_flag=ADDITION, message="Asked to open a month again.")
        return f"{asked.number} is asked for. The month stays closed until it is approved."

    return take(request, entity, month, step)
