"""Credit an invoice or void it: the estimate first, then the record, then what changed."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import ExceptionRequest
from accounts.queries.authority import acts_alone
from billing.enums import CreditNoteReason, CreditScope, Settlement
from billing.models import Invoice, InvoiceVoid
from billing.operations.credit_invoice import CreditOrder, credit_invoice
from billing.operations.estimate_credit import CreditAsk, CreditEstimate, estimate_credit
from billing.operations.foresee_void import foresee_void
from billing.operations.regenerate_invoice import regenerate_invoice
from billing.operations.void_invoice import VoidOrder, void_invoice
from billing.queries.void_changes import VoidChanges, void_changes
from billing.queries.voids import replacements_of
from desk.queries.credits import CreditPage, credit_page
from desk.views.approval_doors import asked_instead, tell_asked
from desk.views.page import desk_page, note_in_log, show
from kernel.money import minor_units
from kernel.refusal import Refusal

REASONS = [choice for choice in CreditNoteReason.choices if choice[0] != CreditNoteReason.VOID]
LINE_PREFIX = "line_"
AMOUNT_LENGTH = 30


class CreditForm(forms.Form):
    """Why, where it goes, and how much as `ask`. Amounts are decimals in major units."""

    scope = forms.ChoiceField(choices=CreditScope.choices)
    amount = forms.CharField(required=False, max_length=AMOUNT_LENGTH)
    reason = forms.ChoiceField(choices=REASONS)
    text = forms.CharField(required=False, max_length=300)
    settlement = forms.ChoiceField(choices=Settlement.choices)
    payment = forms.UUIDField(required=False)
    expected = forms.IntegerField(required=False)

    def __init__(self, data: QueryDict, *, currency: str) -> None:
        super().__init__(data)
        self.currency = currency

    def ask(self) -> CreditAsk:
        """
        How much, once the form is valid.

        :raises AmountUnreadable: naming what is no amount
        """
        said = self.cleaned_data
        scope = CreditScope(said["scope"])
        if scope == CreditScope.AMOUNT:
            return CreditAsk(scope, amount_minor=minor_units(said["amount"] or "0", self.currency))
        lines = {
            int(name.removeprefix(LINE_PREFIX)): minor_units(
                str(value)[:AMOUNT_LENGTH], self.currency
            )
            for name, value in self.data.items()
            if name.startswith(LINE_PREFIX) and name.removeprefix(LINE_PREFIX).isdigit() and value
        }
        return CreditAsk(scope, lines=lines if scope == CreditScope.LINES else {})

    def order(self, by: User) -> CreditOrder:
        said = self.cleaned_data
        return CreditOrder(
            ask=self.ask(),
            reason=CreditNoteReason(said["reason"]),
            settlement=Settlement(said["settlement"]),
            text=said["text"],
            payment_id=said["payment"],
            expected_minor=said["expected"],
            by=by,
        )


class LinesNotAsked(Refusal):
    code = "credit_lines_beyond_authority"


class VoidForm(forms.Form):
    reason = forms.CharField(max_length=300)
    text = forms.CharField(required=False, max_length=300)


@require_http_methods(["GET", "POST"])
@desk_page("billing.issue_credit_note")
def credit(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """GET with an order shows its estimate; POST of the same order issues it."""
    page = credit_page(invoice_id)
    if page is None:
        raise Http404("Only an issued invoice can be credited.")
    asked = request.POST if request.method == "POST" else request.GET
    form = CreditForm(asked, currency=page.currency)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            return issued(request, page, form)
        except Refusal as refusal:
            problem = refusal.message
    estimate = None
    if "scope" in asked:
        estimate, problem = estimated(page, form, problem)
    return show(
        request,
        "desk/credit.html",
        title=f"Credit {page.number}",
        page=page,
        form=form,
        asked=asked,
        amounts={name: str(value) for name, value in asked.items()},
        lines=[(line, asked.get(f"{LINE_PREFIX}{line.position}", "")) for line in page.lines],
        reasons=REASONS,
        settlements=settlements(page),
        estimate=estimate,
        problem=problem,
    )


def estimated(
    page: CreditPage, form: CreditForm, problem: str
) -> tuple[CreditEstimate | None, str]:
    """The estimate, and what stands against it."""
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        return None, f"{name.capitalize()}: {errors[0]}"
    try:
        return estimate_credit(invoice_id=page.id, ask=form.ask()), problem
    except Refusal as refusal:
        return None, problem or refusal.message


def settlements(page: CreditPage) -> list[tuple[str, str]]:
    """Where the money may go, the likeliest first."""
    ways = [(Settlement.BALANCE, "Keep as balance for the next invoices")]
    if page.open_minor:
        ways.insert(0, (Settlement.INVOICE, "Set off against this invoice, the rest as balance"))
    if page.payments:
        ways.append((Settlement.REFUND, "Refund by a payment"))
    return [(way.value, words) for way, words in ways]


def issued(request: HttpRequest, page: CreditPage, form: CreditForm) -> HttpResponse:
    beyond = credit_asked(request, page, form)
    if beyond:
        return HttpResponseRedirect(tell_asked(request, *beyond))
    note = credit_invoice(
        invoice_id=page.id, order=form.order(cast(User, request.user)), at=timezone.now()
    )
    note_in_log(request, [note], action_flag=ADDITION, message=f"Credits {page.number}.")
    messages.success(request, f"Credit note {note.number} is issued.")
    return HttpResponseRedirect(reverse("desk:invoice", args=[note.number]))


def credit_asked(
    request: HttpRequest, page: CreditPage, form: CreditForm
) -> tuple[ExceptionRequest, str] | None:
    """
    None within the person's authority; beyond it the request for the same credit.

    :raises LinesNotAsked: because a request names an amount over the whole invoice
    """
    said, estimate = form.cleaned_data, estimate_credit(invoice_id=page.id, ask=form.ask())
    if said["expected"] not in (None, estimate.total_minor):
        return None  # issuing refuses it, and the page shows the new estimate
    person = cast(User, request.user)
    amount = -estimate.subtotal_minor
    is_alone = acts_alone(kind="credit", currency=page.currency, amount_minor=amount, person=person)
    if not is_alone and said["scope"] == CreditScope.LINES:
        raise LinesNotAsked(
            "So much by lines is beyond what you may do alone. Credit less, or choose an amount "
            "over the whole invoice: then somebody else is asked."
        )
    label = CreditNoteReason(said["reason"]).label
    terms = {
        "amount_minor": amount, "credit_reason": said["reason"], "settlement": said["settlement"],
    }  # fmt: skip
    return asked_instead(
        person, kind="credit", subject=page.number, terms=terms, currency=page.currency,
        amount_minor=amount, reason=said["text"] or label, customer_text=said["text"] or label, at=timezone.now(),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk_page("billing.issue_credit_note")
def void(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """What the ledger would bill instead, side by side; then the void."""
    invoice = Invoice.objects.select_related("customer").filter(pk=invoice_id).first()
    if invoice is None:
        raise Http404("There is no such invoice.")
    user, now = cast(User, request.user), timezone.now()
    form = VoidForm(request.POST if request.method == "POST" else None)
    problem = ""
    if form.is_valid():
        order = VoidOrder(
            reason=form.cleaned_data["reason"], text=form.cleaned_data["text"], by=user
        )
        try:
            done = void_invoice(invoice_id=invoice_id, order=order, at=now)
            regenerate_invoice(void_id=done.pk, at=now)
        except Refusal as refusal:
            problem = refusal.message
        else:
            note_in_log(request, [invoice], action_flag=ADDITION, message="Voided at the desk.")
            messages.success(request, f"{invoice.number} is void; its time is billed anew.")
            return HttpResponseRedirect(reverse("desk:void_changes", args=[invoice_id]))
    changes, problem = foreseen(invoice, user, problem)
    return show(
        request, "desk/void.html", title=f"Void {invoice.number or 'draft'}", invoice=invoice,
        form=form, changes=changes, problem=problem,
    )  # fmt: skip


def foreseen(invoice: Invoice, user: User, problem: str) -> tuple[VoidChanges | None, str]:
    """The replacement were it voided now, or why it cannot be."""
    order = VoidOrder(reason="Foreseen at the desk", by=user)
    try:
        return foresee_void(invoice_id=invoice.pk, order=order, at=timezone.now()), problem
    except Refusal as refusal:
        return None, problem or refusal.message


@require_GET
@desk_page("billing.view_invoice")
def changes(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """A voided invoice beside what replaced it."""
    done = (
        InvoiceVoid.objects.select_related("invoice__customer", "credit_note", "by")
        .filter(pk=invoice_id)
        .first()
    )
    if done is None:
        raise Http404("This invoice is not void.")
    replacements = replacements_of(invoice_id)
    context: dict[str, Any] = {
        "void": done,
        "invoice": done.invoice,
        "replacements": replacements,
        "changes": void_changes(done),
    }
    return show(
        request, "desk/void_changes.html", title=f"What replaced {done.invoice.number}", **context
    )
