"""How an invoice reached its customer: each e-mail, to whom, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.enums import MailState
from billing.models import InvoiceDelivery

CHIPS = {
    MailState.SENT: "dk-chip-good",
    MailState.UNKNOWN: "dk-chip-warn",
    MailState.FAILED: "dk-chip-stop",
}


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """An e-mail with the document. `asked_by` is empty for the flow's own."""

    number: int
    to: tuple[str, ...]
    state: str
    chip: str
    at: datetime
    asked_by: str
    problem: str


def invoice_deliveries(invoice_id: UUID) -> tuple[DeliveryRow, ...]:
    """Newest first; one query."""
    rows = InvoiceDelivery.objects.filter(invoice=invoice_id).select_related("asked_by")
    return tuple(
        DeliveryRow(
            number=row.number,
            to=tuple(row.to),
            state=row.get_state_display(),
            chip=CHIPS.get(MailState(row.state), ""),
            at=row.sent_at or row.queued_at,
            asked_by=row.asked_by.get_username() if row.asked_by else "",
            problem=row.problem,
        )
        for row in rows.order_by("-number")
    )
