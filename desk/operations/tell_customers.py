"""Tell the affected customers: queue one message each. Sending comes later."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from uuid6 import uuid7

from accounts.gateways.mail import message_id_for
from desk.models import Incident, IncidentMessage
from desk.operations.lock_incident import lock_incident
from desk.operations.record_step import record_step
from desk.queries.incident_letters import AddressedLetter, customers_to_tell, letters
from kernel.refusal import Refusal

AT_ONCE = 500


class NobodyToTell(Refusal):
    code = "incident_nobody_to_tell"


@dataclass(frozen=True, slots=True)
class Told:
    """How many messages were queued, for whom no address is known, and how many wait for more."""

    queued: int
    unreachable: tuple[str, ...]
    left: int


@transaction.atomic
def tell_customers(*, incident_id: UUID, at: datetime, by: User) -> Told:
    """
    Up to 500 at a time; a customer is told once about an incident.

    :raises NobodyToTell: if everybody on the list was told
    :raises IncidentIsClosed: if it is closed
    """
    incident = lock_incident(incident_id)
    waiting = list(customers_to_tell(incident))
    if not waiting:
        raise NobodyToTell("Everybody on the list was told, or nobody is on it.")
    addressed = letters(incident, waiting[:AT_ONCE])
    reachable = [one for one in addressed if one.to]
    unreachable = tuple(one.customer.legal_name for one in addressed if not one.to)
    if not reachable:
        raise NobodyToTell("No billing owner of these customers receives invoices. Add an address.")
    IncidentMessage.objects.bulk_create([queued(incident, one, at, by) for one in reachable])
    words = f"{len(reachable)} messages queued. {len(unreachable)} without an address."
    record_step(incident_id=incident_id, key="message", result=words, at=at, by=by)
    return Told(len(reachable), unreachable, len(waiting) - len(addressed))


def queued(incident: Incident, one: AddressedLetter, at: datetime, by: User) -> IncidentMessage:
    key = uuid7()
    return IncidentMessage(
        id=key,
        incident=incident,
        customer=one.customer,
        template=incident.playbook,
        language=one.written.language,
        to=list(one.to),
        reply_to=one.reply_to,
        subject=one.written.subject,
        text=one.written.text,
        html=one.written.html,
        message_id=message_id_for(key),
        queued_at=at,
        queued_by=by,
        send_after=at,
    )
