"""Open an incident: somebody or a detector noticed that something went wrong."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from desk.calc.findings import Found
from desk.calc.playbooks import PLAYBOOKS, targets_of
from desk.models import Incident, IncidentAffected
from kernel.refusal import Refusal

BATCH = 1_000


class PlaybookUnknown(Refusal):
    code = "incident_playbook_unknown"


class NothingSaid(Refusal):
    code = "incident_says_nothing"


@transaction.atomic
def open_incident(
    *,
    playbook: str,
    title: str,
    customer_ids: Iterable[UUID],
    found: str,
    at: datetime,
    by: User | None = None,
    detector: str = "",
) -> Incident:
    """
    The incident with its targets; each customer is on its list of affected.

    `found` says what was noticed. Without `by` and `detector` the system itself opened it.

    :raises PlaybookUnknown: if there is no such playbook
    :raises NothingSaid: without a title, or without what was found
    """
    followed = PLAYBOOKS.get(playbook)
    if followed is None:
        raise PlaybookUnknown(f"There is no playbook “{playbook}”. Choose one of the list.")
    if not title.strip() or not found.strip():
        raise NothingSaid("Give it a title and say what was noticed.")
    targets = targets_of(followed, opened_at=at)
    incident = Incident.objects.create(
        playbook=playbook,
        title=title.strip()[:200],
        found=found.strip(),
        severity=followed.severity,
        opened_at=at,
        opened_by=by,
        detector=detector,
        acknowledge_by=targets.acknowledge_by,
        contain_by=targets.contain_by,
        resolve_by=targets.resolve_by,
    )
    named = [
        Found(subject=f"customer:{key}", customer_id=key, words=found.strip())
        for key in dict.fromkeys(customer_ids)
    ]
    add_affected(incident=incident, found=named, at=at)
    return incident


def add_affected(*, incident: Incident, found: Sequence[Found], at: datetime) -> int:
    """How many were new; what is on the list already stays as people left it."""
    before = incident.affected.count()
    IncidentAffected.objects.bulk_create(
        [
            IncidentAffected(
                incident=incident,
                customer_id=one.customer_id,
                subject=one.subject,
                subscription_id=one.subscription_id,
                invoice_id=one.invoice_id,
                line_id=one.line_id,
                seat_type=one.seat_type,
                seats=one.seats,
                found=one.words,
                amount_minor=one.amount_minor,
                currency=one.currency,
                found_at=at,
            )
            for one in found
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    return incident.affected.count() - before
