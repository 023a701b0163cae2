"""Write to the customer again with a fresh link to pay, because a person asks for it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.queries.invoice_addresses import invoice_addresses
from dunning.calc.facts import Step
from dunning.enums import CaseState
from dunning.models import DunningStep, Message
from dunning.operations.lock_case import lock_case
from dunning.operations.queue_message import queue_message
from dunning.operations.refusals import CaseNotRunning, LinkSentJustNow, NobodyToWriteTo
from dunning.queries.case_facts import load_cases

TEMPLATE = "reminder"
KEY = "message:again:"
NOT_TWICE_WITHIN = timedelta(hours=1)


@transaction.atomic
def send_link_again(*, case_id: UUID, at: datetime, by: User | None = None) -> Message:
    """
    A reminder with what is open now, sent with the next tick. The campaign goes on as planned.

    :raises CaseClosed: if the case is closed
    :raises CaseNotRunning: if it is paused
    :raises NobodyToWriteTo: if no billing owner receives invoices
    :raises LinkSentJustNow: if a person asked for it less than an hour ago
    """
    case = lock_case(case_id)
    if case.state == CaseState.PAUSED:
        raise CaseNotRunning(
            "This case is paused: nothing is sent until the pause ends. End the pause first."
        )
    if not invoice_addresses([case.customer_id]):
        raise NobodyToWriteTo("No billing owner receives invoices. Add one to the customer first.")
    earlier = DunningStep.objects.filter(case=case, key__startswith=KEY)
    if earlier.filter(done_at__gt=at - NOT_TWICE_WITHIN).exists():
        raise LinkSentJustNow("A link was sent less than an hour ago. Wait a little, or call.")
    (loaded,) = load_cases(case_ids=[case_id], at=at)
    asked_by = by.get_username() if by else "A person"
    step = Step(
        key=f"{KEY}{TEMPLATE}:{earlier.count() + 1}",
        kind="message",
        at=at,
        why=f"{asked_by} asked to send the link to pay again.",
        value=TEMPLATE,
    )
    message = queue_message(loaded=loaded, step=step, template=TEMPLATE, at=at)
    assert message is not None, "there is somebody to write to"
    return message
