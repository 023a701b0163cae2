"""Import a bank statement: look at what it would bring, then import exactly this file."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.views.filters import page_number
from billing.calc.bank.csv_file import CsvHints
from billing.calc.bank.file import MOST_BYTES
from billing.models import BankStatement
from billing.operations.import_bank_statement import import_bank_statement, rehearse_import
from desk.queries.bank_statements import newest_statements, statement_lines, statement_of
from desk.views.page import desk_page, note_in_log, show
from kernel.refusal import Refusal
from tax.models import BillingEntity

SALT = "desk.bank_import"
KEPT_SECONDS = 3600
MOST_KEPT = 4 * 1024 * 1024
LINES_SHOWN = 100
TOO_LARGE = (
    "This file is too large for the page. Import it with the command import_bank_statement, or "
    "export fewer days."
)
GONE = "The preview is older than an hour or was changed. Choose the file again."


class ImportForm(forms.Form):
    """A file and whose account it is of; the rest only where a CSV file does not say it."""

    entity = forms.ModelChoiceField(
        BillingEntity.objects.order_by("code"), to_field_name="code", label="Account of",
        empty_label=None,
    )  # fmt: skip
    file = forms.FileField(
        label="Statement, CAMT.053 or CSV",
        widget=forms.FileInput(attrs={"accept": ".xml,.csv,.txt,.053,.c53"}),
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$", required=False, label="Currency",
        widget=forms.TextInput(attrs={"maxlength": 3, "size": 5}),
        help_text="If the file has no column for it",
        error_messages={"invalid": "Three capitals, such as EUR."},
    )  # fmt: skip
    account = forms.CharField(
        required=False, max_length=64, label="Our account",
        help_text="If the file does not name it; else that of the billing entity",
    )  # fmt: skip
    decimal_mark = forms.ChoiceField(
        required=False, label="Decimal mark",
        choices=[("", "As the file shows"), (",", "Comma: 1.234,50"), (".", "Point: 1,234.50")],
    )  # fmt: skip
    day_order = forms.ChoiceField(
        required=False, label="Dates",
        choices=[
            ("", "As the file shows"), ("day_first", "Day first: 31/01/2026"),
            ("month_first", "Month first: 01/31/2026"),
        ],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk_page("billing.add_bankstatement")
def import_page(request: HttpRequest) -> HttpResponse:
    """GET is the form; POST of a file shows what it would bring; POST of what was shown imports."""
    if "kept" in request.POST:
        return import_kept(request)
    is_asked = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if is_asked else ImportForm()
    told: dict[str, Any] = {}
    if is_asked and form.is_valid():
        told = rehearsed(form)
    return show(
        request,
        "desk/bank_import.html",
        title="Import a bank statement",
        form=form,
        statements=newest_statements(),
        lines_shown=LINES_SHOWN,
        **told,
    )


def rehearsed(form: ImportForm) -> dict[str, Any]:
    """What the file would bring and the file itself, signed; or nothing, the form says why."""
    said = form.cleaned_data
    file = {
        "name": said["file"].name,
        "entity": said["entity"].code,
        "hints": [said["account"], said["currency"], said["decimal_mark"], said["day_order"]],
        "content": said["file"].read(MOST_BYTES + 1).decode("latin-1"),
    }
    try:
        outcome = rehearse_import(at=timezone.now(), **arguments(file))
    except Refusal as refusal:
        form.add_error("file", refusal.message)
        return {}
    kept = signing.dumps(file, salt=SALT, compress=True)
    if len(kept) > MOST_KEPT:
        form.add_error("file", TOO_LARGE)
        return {}
    return {"outcome": outcome, "kept": kept, "file_name": file["name"], "entity": said["entity"]}


def arguments(file: dict[str, Any]) -> dict[str, Any]:
    return {
        "content": file["content"].encode("latin-1"),
        "file_name": file["name"],
        "billing_entity": BillingEntity.objects.get(code=file["entity"]),
        "hints": CsvHints(*file["hints"]),
    }


def import_kept(request: HttpRequest) -> HttpResponse:
    try:
        file = signing.loads(request.POST["kept"], salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        messages.error(request, GONE)
        return HttpResponseRedirect(reverse("desk:money_bank_import"))
    try:
        outcome = import_bank_statement(
            at=timezone.now(), by=cast(User, request.user), **arguments(file)
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(reverse("desk:money_bank_import"))
    words = (
        f"Imported {len(outcome.lines)} lines: {outcome.matched} matched by themselves, "
        f"{outcome.to_look_at} to look at, {outcome.set_aside} set aside."
    )
    statement = BankStatement.objects.get(pk=outcome.statement_id)
    note_in_log(request, [statement], action_flag=ADDITION, message=words)
    messages.success(request, words)
    return HttpResponseRedirect(reverse("desk:money_bank_statement", args=[statement.pk]))


@require_GET
@desk_page("billing.view_bankstatement")
def statement(request: HttpRequest, statement_id: Any) -> HttpResponse:
    row = statement_of(statement_id)
    if row is None:
        raise Http404("No bank statement has this key.")
    return show(
        request,
        "desk/bank_statement.html",
        title=row.file_name,
        statement=row,
        page=statement_lines(statement_id, number=page_number(request)),
        query="",
    )
