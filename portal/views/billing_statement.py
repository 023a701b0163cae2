"""The statement of account: on the page, as PDF and as CSV."""

from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.views.filters import query_without_page
from billing.documents.statement_words import ENGLISH
from billing.views.statement import asked_statement, statement_as_csv, statement_as_pdf
from portal.queries.billing_statement import statement_accounts
from portal.views.page import PortalRequest, portal_page, show


@require_GET
@portal_page("billing")
def statement(request: PortalRequest) -> HttpResponse:
    found, form = asked_statement(request, request.customer)
    return show(
        request,
        "portal/billing/statement.html",
        title="Statement of account",
        statement=found,
        accounts=statement_accounts(found),
        form=form,
        query=query_without_page(request),
    )


@require_GET
@portal_page("billing")
def statement_csv(request: PortalRequest) -> StreamingHttpResponse:
    found, _ = asked_statement(request, request.customer)
    return statement_as_csv(found, words=ENGLISH.kinds)


@require_GET
@portal_page("billing")
def statement_pdf(request: PortalRequest) -> HttpResponse:
    """One account in the customer's language, printed anew."""
    found, _ = asked_statement(request, request.customer)
    return statement_as_pdf(request, found, how="attachment")
