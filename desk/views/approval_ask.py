"""Ask for an exception: choose the kind and what it is about, see the effect, then ask."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.calc.exception_terms import NEEDS
from accounts.calc.refusals import TermsInvalid
from accounts.enums import ExceptionKind
from accounts.models import ExceptionRequest
from billing.models import Invoice, Subscription
from billing.operations.ask_exception import ask_exception, asking_of
from billing.operations.foresee_exception import foresee_exception
from billing.operations.size_exception import Question
from desk.queries.approval_dossier import found_request
from desk.queries.approval_subjects import Subject, found_subjects, subject_of
from desk.views.approval_forms import AskForm, values_of
from desk.views.page import desk_page, note_in_log, show, show_part
from kernel.refusal import Refusal

SAYS = {
    "discount": "A percentage or an amount off a seat type, also in steps, for a time.",
    "free_seats": "Some seats of a type cost nothing for a time.",
    "price_override": "Another price of a seat type for a time.",
    "proration_exception": "Prorated lines of an invoice shall not count.",
    "credit": "A credit note on an issued invoice.",
    "refund": "Money of a payment goes back.",
    "write_off": "What is open on an invoice will not be collected.",
    "backdated_correction": "What was true in a month that is closed.",
    "tax_override": "A tax id or a place taken as proven, with evidence.",
    "dunning_pause": "No charges and no reminders until a day.",
    "limit_raise": "More seats than the plan allows.",
    "payment_terms": "Invoices are due later.",
    "reopen_period": "A closed month is opened again.",
    "authority_change": "Who may decide what.",
}
SUBJECTS = {
    "subscription": "Subscription", "invoice": "Invoice", "payment": "Payment",
    "customer": "Customer", "period_close": "Seller",
}  # fmt: skip
LABELS = {"amount_minor": "amount", "price_minor": "price", "event": "on", "rules": "rules"}


@require_GET
@desk_page("accounts.add_exceptionrequest")
def kinds(request: HttpRequest) -> HttpResponse:
    """Every kind with what it means; ?subject_kind= narrows them to a page's subject."""
    about, name = request.GET.get("about", ""), request.GET.get("subject", "")
    offered = [
        (kind, words, SAYS[kind])
        for kind, words in ExceptionKind.choices
        if not about or NEEDS[kind].subject == about
    ]
    return show(
        request, "desk/approval_kinds.html", title="Ask for an exception", here="ask",
        kinds=offered, subject=name, about=SUBJECTS.get(about, ""),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk_page("accounts.add_exceptionrequest")
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """First what it is about, then the form; what is sent is stored as a request."""
    if kind == ExceptionKind.AUTHORITY_CHANGE:
        return HttpResponseRedirect(reverse("desk:approval_authority"))
    check_kind(kind)
    copied = found_request(request.GET.get("copy", ""))
    name = request.POST.get("subject") or request.GET.get("subject") or subject_name(copied)
    subject = subject_of(NEEDS[kind].subject, name)
    if subject is None:
        return choose_page(request, kind, name)
    form = AskForm(
        request.POST or None, request.FILES or None, kind=kind, subject=subject,
        initial=initial_of(request, copied, subject),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        asked = ask(request, form)
        if asked:
            return HttpResponseRedirect(reverse("desk:approval", args=[asked.number]))
    return show(
        request, "desk/approval_new.html", title=title_of(kind), here="ask", kind=kind,
        says=SAYS[kind], subject=subject, form=form, copied=copied.number if copied else "",
    )  # fmt: skip


def check_kind(kind: str) -> None:
    if kind not in NEEDS:
        raise Http404("No exception is of this kind.")


def title_of(kind: str) -> str:
    return f"Ask for: {ExceptionKind(kind).label.lower()}"


def choose_page(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """The page that asks what it is about; an unknown name is searched for."""
    term = request.GET.get("term", "") or name
    about = NEEDS[kind].subject
    return show(
        request, "desk/approval_choose.html", title=title_of(kind), here="ask", kind=kind,
        says=SAYS[kind], about=SUBJECTS[about], term=term, found=found_subjects(about, term),
    )  # fmt: skip


@require_GET
@desk_page("accounts.add_exceptionrequest")
def subjects(request: HttpRequest, kind: str) -> HttpResponse:
    """What HTMX puts under the search box while somebody types."""
    check_kind(kind)
    term = request.GET.get("term", "")
    return show_part(
        request, "desk/parts/approval_subjects.html", kind=kind, term=term,
        found=found_subjects(NEEDS[kind].subject, term),
    )  # fmt: skip


@require_POST
@desk_page("accounts.add_exceptionrequest")
def effect(request: HttpRequest, kind: str) -> HttpResponse:
    """The effect of what the form says so far; nothing is written."""
    check_kind(kind)
    subject = subject_of(NEEDS[kind].subject, request.POST.get("subject", ""))
    if subject is None:
        raise Http404("There is nothing of this name.")
    form = AskForm(request.POST, None, kind=kind, subject=subject)
    form.ask_only_terms()
    if not form.is_valid():
        name, problems = next(iter(form.errors.as_data().items()))
        words, label = problems[0].messages[0], form.fields[name].label
        is_missing = problems[0].code == "required"
        said: dict[str, Any] = (
            {"missing": label} if is_missing else {"problem": f"{label}: {words}"}
        )
    else:
        said = foreseen(form, at=timezone.now())
    return show_part(request, "desk/parts/approval_effect.html", currency=subject.currency, **said)


def foreseen(form: AskForm, *, at: datetime) -> dict[str, Any]:
    common = form.common()
    names = ("starts_on", "ends_on", "margin_percent", "support_burden")
    facts = {name: common[name] for name in names if name in common}
    try:
        question = Question(kind=form.kind, subject=form.subject.name, terms=form.terms(), **facts)
        asking = asking_of(question, reason=common["reason"], at=at)
        return {"effect": foresee_exception(asking, at=at)}
    except Refusal as refusal:
        return {"problem": refusal.message}


def ask(request: HttpRequest, form: AskForm) -> ExceptionRequest | None:
    """The request, or None with the reason at its field."""
    upload = form.cleaned_data.get("attachment")
    try:
        asked = ask_exception(
            kind=form.kind,
            subject=form.subject.name,
            terms=form.terms(),
            **form.common(),
            uploads=[upload] if upload else [],
            by=cast(User, request.user),
            at=timezone.now(),
        )
    except TermsInvalid as refusal:
        name = LABELS.get(refusal.field.split(".")[0].split("[")[0], refusal.field)
        form.add_error(name if name in form.fields else None, refusal.message)
        return None
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return None
    note_in_log(request, [asked], action_flag=ADDITION, message=f"Asked for: {asked.reason}"[:300])
    messages.success(
        request,
        f"{asked.number} is asked for"
        + ("; the customer's drafts wait for the decision." if asked.blocks_drafts else "."),
    )
    return asked


def subject_name(copied: ExceptionRequest | None) -> str:
    """The name people know a stored request's subject by."""
    if copied is None or copied.subject_id is None:
        return ""
    key = copied.subject_id
    if copied.subject_kind == "subscription":
        return str(Subscription.objects.values_list("external_id", flat=True).get(pk=key))
    if copied.subject_kind == "invoice":
        return str(Invoice.objects.values_list("number", flat=True).get(pk=key))
    if copied.subject_kind == "customer" and copied.customer:
        return copied.customer.external_id
    return str(key)


def initial_of(
    request: HttpRequest, copied: ExceptionRequest | None, subject: Subject
) -> dict[str, Any]:
    """What the form starts with: a copied request, or what the linking page knows."""
    given = {name: value for name, value in request.GET.items() if name in ("amount", "seat_type")}
    if copied is None:
        return given
    same = ("reason", "customer_text", "team", "starts_on", "ends_on", "margin_percent",
            "support_burden")  # fmt: skip
    terms = values_of(copied.terms, subject=subject)
    return {**{name: getattr(copied, name) for name in same}, **terms, **given}
