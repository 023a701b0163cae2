"""A customer's statement of account: on the page, as PDF and as CSV."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django import forms
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.models import Customer
from accounts.views.filters import date_of, query_without_page
from billing.documents.staff_text import money_decimal
from billing.documents.statement_sheet import print_statement
from billing.queries.statement import (
    CustomerStatement,
    customer_statement,
    local_day,
    statement_source,
)
from desk.queries.money_statement import account_pages
from desk.views.page import desk_page, show
from kernel.refusal import Refusal

CSV_HEADER = [
    "billing_entity", "currency", "day", "what", "reference", "value_date", "amount", "balance",
]  # fmt: skip


class PeriodForm(forms.Form):
    """Days in the customer's time zone, both included."""

    first = date_of("From")
    as_of = date_of("As of the end of")

    def clean(self) -> dict[str, date | None]:
        """What cannot be a period falls back to all until today."""
        first, as_of = self.cleaned_data.get("first"), self.cleaned_data.get("as_of")
        if first and as_of and first > as_of:
            self.add_error("first", "It starts after it ends: choose an earlier first day.")
        return self.cleaned_data


def asked_statement(
    request: HttpRequest, customer_id: UUID
) -> tuple[CustomerStatement, PeriodForm]:
    customer = get_object_or_404(Customer, pk=customer_id)
    form = PeriodForm(request.GET)
    form.full_clean()
    today = local_day(customer, timezone.now())
    as_of = form.cleaned_data.get("as_of") or today
    statement = customer_statement(
        customer=customer, first=form.cleaned_data.get("first"), as_of=min(as_of, today)
    )
    return statement, form


@require_GET
@desk_page("billing.view_receivable")
def statement(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found, form = asked_statement(request, customer_id)
    return show(
        request,
        "desk/money_statement.html",
        title=f"Statement of {found.customer.legal_name}",
        customer=found.customer,
        statement=found,
        accounts=account_pages(found),
        form=form,
        query=query_without_page(request),
    )


@require_GET
@desk_page("billing.view_receivable")
def statement_csv(request: HttpRequest, customer_id: UUID) -> StreamingHttpResponse:
    found, _ = asked_statement(request, customer_id)
    return csv_response(
        name=f"statement-{found.customer.external_id}-{found.as_of.isoformat()}",
        header=CSV_HEADER,
        rows=csv_rows(found),
    )


def csv_rows(found: CustomerStatement) -> Iterator[list[str]]:
    for page in account_pages(found):
        account = page.account
        head, end = [account.entity, account.currency], found.as_of.isoformat()
        opened = found.first.isoformat() if found.first else ""

        def amount(minor: int, currency: str = account.currency) -> str:
            return money_decimal(minor, currency)

        yield [*head, opened, "Opening balance", "", "", "", amount(account.opening_minor)]
        for row in page.rows:
            valued = row.valued_on.isoformat() if row.valued_on else ""
            yield [
                *head, row.day.isoformat(), row.words, row.reference, valued,
                amount(row.amount_minor), amount(row.balance_minor),
            ]  # fmt: skip
        yield [*head, end, "Closing balance", "", "", "", amount(account.closing_minor)]


@require_GET
@desk_page("billing.view_receivable")
def statement_pdf(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """One account, in the customer's language; it is printed anew and not kept."""
    found, _ = asked_statement(request, customer_id)
    source = statement_source(
        found,
        entity=request.GET.get("entity", ""),
        currency=request.GET.get("currency", ""),
        at=timezone.now(),
    )
    if source is None:
        raise Http404("This customer has no such account.")
    try:
        printed = print_statement(source)
    except Refusal as refusal:
        return HttpResponse(refusal.message, status=409, content_type="text/plain; charset=utf-8")
    name = f"statement-{found.customer.external_id}-{source.account.entity}-{found.as_of}.pdf"
    return HttpResponse(
        printed.pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
