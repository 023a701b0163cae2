"""Decide rows of the list: what is to give back, what is mended, what is nothing."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from desk.enums import AffectedState
from desk.models import IncidentAffected, IncidentNote
from desk.operations.lock_incident import lock_incident, words_of
from kernel.money import Money
from kernel.refusal import Refusal

MAY_BECOME = (AffectedState.FOUND, AffectedState.CORRECTED, AffectedState.DISMISSED)


class RowNotHere(Refusal):
    code = "incident_row_unknown"


class RowNeedsInvoice(Refusal):
    code = "incident_row_needs_an_invoice"


class StateNotForPeople(Refusal):
    code = "incident_row_state_is_of_a_request"


@transaction.atomic
def decide_affected(
    *,
    incident_id: UUID,
    rows: Collection[UUID] | None,
    state: AffectedState,
    reason: str,
    at: datetime,
    by: User,
) -> int:
    """
    How many rows changed; `rows` None means all that are merely found. It is noted with its reason.

    :raises StateNotForPeople: for "prepared", which only a request for a correction makes
    :raises WordsMissing: without a reason
    :raises RowNotHere: if none of the rows is on the list
    """
    incident = lock_incident(incident_id)
    words = words_of(reason, "Say why, in a sentence.")[:300]
    if state not in MAY_BECOME:
        raise StateNotForPeople("Prepare a correction instead; it says so by itself.")
    chosen = open_rows(incident_id) if rows is None else incident.affected.filter(pk__in=rows)
    changed = chosen.update(state=state, state_reason=words)
    if not changed:
        raise RowNotHere("Nothing to decide: choose rows of this incident.")
    IncidentNote.objects.create(
        incident=incident,
        words=f"{changed} rows: {state.label.lower()}. {words}",
        noted_at=at,
        noted_by=by,
    )
    return changed


@transaction.atomic
def set_amount(
    *, incident_id: UUID, row_id: UUID, amount: str, at: datetime, by: User
) -> IncidentAffected:
    """
    What shall be given back, as a person wrote it in the invoice's currency.

    :raises RowNotHere: if the row is of another incident
    :raises RowNeedsInvoice: if it names no invoice to credit
    :raises AmountUnreadable: if it is no amount of the currency
    """
    incident = lock_incident(incident_id)
    row = incident.affected.select_related("invoice").filter(pk=row_id).first()
    if row is None:
        raise RowNotHere("This row is not on the list.")
    if row.invoice is None:
        raise RowNeedsInvoice("The row names no invoice. Credit the invoice on its own page.")
    money = Money.parse(amount.strip(), row.invoice.currency)
    row.amount_minor, row.currency = money.minor, money.currency
    row.save(update_fields=["amount_minor", "currency"])
    IncidentNote.objects.create(
        incident=incident,
        words=f"{money} {money.currency} to give back on {row.invoice}.",
        noted_at=at,
        noted_by=by,
    )
    return row


def open_rows(incident_id: UUID) -> QuerySet[IncidentAffected]:
    """Rows nobody decided and no correction is prepared for."""
    return IncidentAffected.objects.filter(incident=incident_id, state=AffectedState.FOUND)
