"""A customer's statement of account as staff and the customer ask for it: its period, as CSV and as PDF."""

from collections.abc import Iterator, Mapping
from datetime import date

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from accounts.admin.base import csv_response
from accounts.models import Customer
from accounts.views.filters import date_of
from billing.documents.staff_text import money_decimal
from billing.documents.statement_sheet import print_statement
from billing.queries.statement import (
    CustomerStatement,
    customer_statement,
    local_day,
    statement_source,
)
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
    request: HttpRequest, customer: Customer
) -> tuple[CustomerStatement, PeriodForm]:
    """The statement of the period in the address, never of days to come."""
    form = PeriodForm(request.GET)
    form.full_clean()
    today = local_day(customer, timezone.now())
    as_of = form.cleaned_data.get("as_of") or today
    statement = customer_statement(
        customer=customer, first=form.cleaned_data.get("first"), as_of=min(as_of, today)
    )
    return statement, form


def statement_as_csv(
    found: CustomerStatement, *, words: Mapping[str, str]
) -> StreamingHttpResponse:
    """`words`: what each kind of movement is called; they may quote {reference}."""
    return csv_response(
        name=f"statement-{found.customer.external_id}-{found.as_of.isoformat()}",
        header=CSV_HEADER,
        rows=csv_rows(found, words),
    )


def csv_rows(found: CustomerStatement, words: Mapping[str, str]) -> Iterator[list[str]]:
    for account in found.accounts:
        head, end = [account.entity, account.currency], found.as_of.isoformat()
        opened = found.first.isoformat() if found.first else ""

        def amount(minor: int, currency: str = account.currency) -> str:
            return money_decimal(minor, currency)

        yield [*head, opened, "Opening balance", "", "", "", amount(account.opening_minor)]
        for line in account.lines:
            moved = line.movement
            valued = moved.valued_on.isoformat() if moved.valued_on else ""
            what = words[moved.kind].format(reference=moved.reference)
            yield [
                *head, moved.day.isoformat(), what, moved.reference, valued,
                amount(moved.amount_minor), amount(line.balance_minor),
            ]  # fmt: skip
        yield [*head, end, "Closing balance", "", "", "", amount(account.closing_minor)]


def statement_as_pdf(request: HttpRequest, found: CustomerStatement, *, how: str) -> HttpResponse:
    """
    The account the address names, in the customer's language; it is printed anew and not kept.

    `how`: inline or attachment.
    """
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
        headers={"Content-Disposition": f'{how}; filename="{name}"'},
    )
