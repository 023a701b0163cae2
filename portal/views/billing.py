"""Billing at a glance: what is open, what comes next, the newest documents."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from billing.queries.credit import credit_balances
from billing.queries.statement import local_day
from portal.queries.billing_invoices import PaperFilter, paper_list
from portal.queries.billing_money import method_rows, open_sums
from portal.views.page import PortalRequest, portal_page, show

NEWEST = 5


@require_GET
@portal_page("billing")
def overview(request: PortalRequest) -> HttpResponse:
    customer = request.customer
    today = local_day(customer, timezone.now())
    methods = method_rows(customer, today=today)
    return show(
        request,
        "portal/billing/overview.html",
        title="Balance",
        sums=open_sums(customer, today=today),
        credit=[
            (currency, minor)
            for (_, currency), minor in credit_balances([customer.pk]).items()
            if minor
        ],
        newest=paper_list(customer, PaperFilter(), number=1, today=today).rows[:NEWEST],
        method=next((one for one in methods if one.is_default), None),
    )
