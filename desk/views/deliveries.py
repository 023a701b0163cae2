"""Send an issued document to the customer once more."""

from typing import cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing.operations.deliver_invoices import deliver_again
from billing.tasks import send_invoices
from desk.views.money_moves import decide
from desk.views.page import desk_page


@require_POST
@desk_page("billing.add_invoicedelivery")
def deliver(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """Queue one more e-mail with the document, and call a hand to send it."""

    def act() -> tuple[Model, str]:
        by = cast(User, request.user)
        delivery = deliver_again(invoice_id=invoice_id, by=by, at=timezone.now())
        return delivery, f"Queued for {', '.join(delivery.to)}. It is sent within a minute."

    back = reverse("desk:invoice", args=[invoice_id]) + "#delivery"
    answer = decide(request, back=back, act=act)
    send_invoices.delay()
    return answer
