"""Month end: the grid of months, a month's checklist, and its files."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from billing.documents.close_report import print_close_report
from billing.documents.staff_text import money_decimal
from billing.models import CloseCheck, PeriodClose
from billing.operations.compute_close import CloseMonthNotOver, check_is_over
from billing.queries.close.checklist import CloseState, close_state, month_of
from billing.queries.close.report import close_report
from billing.queries.closed_periods import closed_through
from desk.queries.close import close_grid, close_page, not_begun
from desk.views.page import desk_page, show, show_part
from kernel.refusal import Refusal
from tax.models import BillingEntity

CSV_HEADER = ["item", "outcome", "row", "what", "day", "currency", "amount", "waived_because"]
STAFF = User.objects.filter(is_staff=True, is_active=True).order_by("username")


@require_GET
@desk_page("billing.view_periodclose")
def grid(request: HttpRequest) -> HttpResponse:
    """Which month of which seller is closed, and what keeps the others open."""
    entities = list(BillingEntity.objects.all())
    return show(
        request,
        "desk/close.html",
        title="Month end",
        entities=entities,
        rows=close_grid(entities, at=timezone.now()),
    )


def close_of(entity: str, month: date) -> tuple[BillingEntity, PeriodClose | None]:
    """The seller, and its month if somebody began it."""
    seller = get_object_or_404(BillingEntity, code=entity)
    return seller, PeriodClose.objects.filter(billing_entity=seller, month=month).first()


@require_GET
@desk_page("billing.view_periodclose")
def month(request: HttpRequest, entity: str, month: date) -> HttpResponse:
    """The checklist; while checks run, it follows them."""
    seller, close = close_of(entity, month)
    now = timezone.now()
    context = {"entity": seller, "month": month_of(month), "now": now, "staff": STAFF}
    if close is None:
        return show_beginning(request, seller, month, now, context)
    context["page"] = close_page(close_state(close))
    context["closed_through"] = closed_through(seller.pk)
    if request.headers.get("HX-Target") == "close":
        return show_part(request, "desk/parts/close_month.html", **context)
    title = f"{month:%B %Y} of {seller.code}"
    return show(request, "desk/close_month.html", title=title, **context)


def show_beginning(
    request: HttpRequest, seller: BillingEntity, month: date, now: datetime, context: dict[str, Any]
) -> HttpResponse:
    """A month nobody began yet: what will be checked, and the button that begins."""
    try:
        check_is_over(seller, month, at=now)
        too_early = ""
    except CloseMonthNotOver as refusal:
        too_early = refusal.message
    return show(
        request,
        "desk/close_month.html",
        title=f"{month:%B %Y} of {seller.code}",
        too_early=too_early,
        items=not_begun(month_of(month)),
        **context,
    )


def begun(entity: str, month: date) -> CloseState:
    _, close = close_of(entity, month)
    if close is None:
        raise Http404
    return close_state(close)


@require_GET
@desk_page("billing.view_periodclose")
def differences_csv(request: HttpRequest, entity: str, month: date) -> StreamingHttpResponse:
    """Every row kept behind the findings of a month, at most 500 an item."""
    state = begun(entity, month)
    return csv_response(
        name=f"month-end-{entity}-{month:%Y-%m}", header=CSV_HEADER, rows=csv_rows(state)
    )


def csv_rows(state: CloseState) -> Iterator[list[str]]:
    rows = dict(CloseCheck.objects.filter(close=state.close).values_list("code", "rows"))
    for item in state.items:
        for row in rows[item.check.code]:
            yield [
                item.check.get_code_display(),
                item.check.get_outcome_display(),
                row["label"],
                row["words"],
                row["day"],
                row["currency"],
                "" if row["minor"] is None else money_decimal(row["minor"], row["currency"]),
                item.waiver.reason if item.waiver else "",
            ]


@require_GET
@desk_page("billing.view_periodclose")
def report(request: HttpRequest, entity: str, month: date) -> HttpResponse:
    """The close report as PDF: as signed, or as it stands."""
    state = begun(entity, month)
    if state.result is None:
        raise Http404
    try:
        printed = print_close_report(close_report(state))
    except Refusal as refusal:
        return HttpResponse(refusal.message, status=409, content_type="text/plain")
    name = f"close-{entity}-{month:%Y-%m}.pdf"
    return HttpResponse(
        printed.pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
