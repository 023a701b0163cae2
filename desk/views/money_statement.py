"""A customer's statement of account: on the page, as PDF and as CSV."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.models import Customer
from accounts.views.filters import query_without_page
from billing.views.statement import asked_statement, statement_as_csv, statement_as_pdf
from desk.queries.money_statement import KINDS, account_pages
from desk.views.page import desk_page, show


@require_GET
@desk_page("billing.view_receivable")
def statement(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found, form = asked_statement(request, get_object_or_404(Customer, pk=customer_id))
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
    found, _ = asked_statement(request, get_object_or_404(Customer, pk=customer_id))
    return statement_as_csv(found, words=KINDS)


@require_GET
@desk_page("billing.view_receivable")
def statement_pdf(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """One account, in the customer's language; it is printed anew and not kept."""
    found, _ = asked_statement(request, get_object_or_404(Customer, pk=customer_id))
    return statement_as_pdf(request, found, how="inline")
