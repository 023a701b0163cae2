"""The books at the desk: the journal, a month's trial balance, revenue by month, and exports."""

from collections.abc import Iterator
from datetime import date

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.views.filters import any_of, page_number, query_without_page
from billing.calc.books.export_period import read_period
from billing.documents.staff_text import money_decimal
from billing.enums import JournalKind
from billing.models import JournalPosting
from billing.operations.export_books import currencies_of, export_books
from desk.queries.books import (
    JournalFilter,
    account_choices,
    found_postings,
    journal,
    month_of,
)
from desk.queries.books_reports import schedule_of, trial_balances, waterfalls
from desk.views.page import desk_page, note_in_log, show
from kernel.period import Period, add_months
from kernel.refusal import Refusal
from tax.models import BillingEntity

LOOK = "billing.view_journalentry"
HEADER = [
    "entry", "day", "entity", "kind", "document", "customer", "account", "role", "debit", "credit",
    "currency", "invoice", "text", "posted_at",
]  # fmt: skip
CHUNK = 2000


class JournalForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False)
    entity = forms.CharField(required=False)
    month = forms.CharField(required=False)
    kind = any_of(JournalKind.choices, "Kind")
    account = forms.CharField(required=False)
    sort = forms.ChoiceField(
        choices=[("newest", "Newest first"), ("oldest", "Oldest first")], required=False
    )

    def asked(self) -> JournalFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return JournalFilter(**{**given, "month": month_of(given.get("month", ""))})


@require_GET
@desk_page(LOOK)
def books(request: HttpRequest) -> HttpResponse:
    form = JournalForm(request.GET)
    asked = form.asked()
    return show(
        request,
        "desk/books.html",
        title="Books",
        form=form,
        asked=asked,
        page=journal(asked, number=page_number(request)),
        entities=list(BillingEntity.objects.values_list("code", "legal_name")),
        accounts=account_choices(),
        query=query_without_page(request),
    )


@require_GET
@desk_page(LOOK)
def books_csv(request: HttpRequest) -> StreamingHttpResponse:
    asked = JournalForm(request.GET).asked()
    return csv_response(name="journal", header=HEADER, rows=csv_rows(found_postings(asked)))


def csv_rows(rows: "QuerySet[JournalPosting]") -> Iterator[list[str]]:
    for leg in rows.iterator(chunk_size=CHUNK):
        entry = leg.entry
        size = money_decimal(abs(leg.amount_minor), entry.currency)
        yield [
            str(entry.pk),
            entry.day.isoformat(),
            entry.billing_entity.code,
            entry.kind,
            entry.document,
            entry.text,
            leg.account,
            leg.role,
            size if leg.amount_minor >= 0 else "",
            size if leg.amount_minor < 0 else "",
            entry.currency,
            leg.invoice.number if leg.invoice else "",
            leg.text,
            entry.posted_at.isoformat(timespec="seconds"),
        ]


def chosen_entity(request: HttpRequest, entities: list[BillingEntity]) -> BillingEntity | None:
    """The one asked for, or the first."""
    asked = request.GET.get("entity", "")
    return next((one for one in entities if one.code == asked), next(iter(entities), None))


def chosen_month(request: HttpRequest) -> Period:
    """The one asked for, or the current."""
    first = month_of(request.GET.get("month", "")) or timezone.now().date().replace(day=1)
    return Period(first, add_months(first, 1))


@require_GET
@desk_page(LOOK)
def trial_balance(request: HttpRequest) -> HttpResponse:
    entities = list(BillingEntity.objects.all())
    entity, month = chosen_entity(request, entities), chosen_month(request)
    return show(
        request,
        "desk/books_trial_balance.html",
        title="Trial balance",
        entities=entities,
        entity=entity,
        month=month,
        previous=add_months(month.first, -1),
        balances=trial_balances(entity_id=entity.pk, month=month) if entity else (),
    )


@require_GET
@desk_page(LOOK)
def recognition(request: HttpRequest) -> HttpResponse:
    """Revenue by month, and one document's schedule when its number is asked for."""
    entities = list(BillingEntity.objects.all())
    entity = chosen_entity(request, entities)
    number = request.GET.get("invoice", "").strip()[:40]
    return show(
        request,
        "desk/books_recognition.html",
        title="Revenue by month",
        entities=entities,
        entity=entity,
        number=number,
        schedule=schedule_of(number) if number else None,
        waterfalls=waterfalls(entity_id=entity.pk) if entity else (),
        this_month=timezone.now().date().replace(day=1),
    )


class ExportForm(forms.Form):
    period = forms.CharField(max_length=30)
    format = forms.ChoiceField(choices=[("csv", "CSV"), ("datev", "DATEV")])
    currency = forms.CharField(required=False, max_length=3)


@require_GET
@desk_page("billing.export_books")
def export(request: HttpRequest) -> HttpResponseBase:
    """The form; with a period in the address, the file."""
    entities = list(BillingEntity.objects.select_related("books"))
    entity = chosen_entity(request, entities)
    if entity and "period" in request.GET:
        return export_file(request, entity)
    month = add_months(timezone.now().date().replace(day=1), -1)
    return show(
        request,
        "desk/books_export.html",
        title="Export of the books",
        entities=entities,
        entity=entity,
        month=month,
        currencies=posted_currencies(entity, month) if entity else [],
    )


def posted_currencies(entity: BillingEntity, month: date) -> list[str]:
    period = Period(month, add_months(month, 1))
    return currencies_of(billing_entity_id=entity.pk, period=period)


def export_file(request: HttpRequest, entity: BillingEntity) -> HttpResponseBase:
    """The file as a download; what refuses it is said on the form."""
    form = ExportForm(request.GET)
    back = HttpResponseRedirect(f"{reverse('desk:books_export')}?entity={entity.code}")
    if not form.is_valid():
        messages.error(request, "Say which period and which format, then export.")
        return back
    asked = form.cleaned_data
    try:
        file = export_books(
            billing_entity=entity,
            period=read_period(asked["period"]),
            format=asked["format"],
            currency=asked["currency"].upper(),
            at=timezone.now(),
        )
        first = next(file.chunks)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return back
    note_in_log(request, [entity], action_flag=CHANGE, message=f"Exported {file.name}.")
    response = StreamingHttpResponse(
        (chunk for part in ([first], file.chunks) for chunk in part),
        content_type=file.content_type,
    )
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response
