"""The first page of the day: what waits, the next run, and money this month against last."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.queries.home_money import home_measures, overdue
from desk.queries.home_work import waiting_work
from desk.queries.next_run import next_run
from desk.queries.runs import runs
from desk.views.page import first_page, show, show_part

MONEY = "home-money"


@require_GET
@first_page
def home(request: HttpRequest) -> HttpResponse:
    """Cards for what somebody may see; the money comes a moment later, as a part of its own."""
    person, now = cast(User, request.user), timezone.now()
    may = person.has_perm
    if request.headers.get("HX-Target") == MONEY:
        return show_part(
            request,
            "desk/parts/home_money.html",
            measures=home_measures(at=now, may=may),
            overdue=overdue(today=now.date()) if may("billing.view_receivable") else (),
            now=now,
        )
    sees_runs = may("billing.view_invoicerun")
    return show(
        request,
        "desk/home.html",
        title="Home",
        work=waiting_work(person=person, at=now),
        next_run=next_run(at=now) if sees_runs else None,
        last_run=next(iter(runs(limit=1)), None) if sees_runs else None,
        sees_money=any(
            may(one)
            for one in ("billing.view_invoice", "billing.view_payment", "billing.view_receivable")
        ),
        now=now,
    )
