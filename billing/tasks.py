"""What Celery does: lend hands to the flow. State is in PostgreSQL; a task may run twice or die."""

from contextlib import suppress
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.operations.send_queued_mail import send_queued_mail
from billing.documents.invitation_link import with_link
from billing.enums import RunState, RunTrigger
from billing.gateways.configured import configured_gateway, configured_webhook_sender
from billing.gateways.stripe import GatewayUnreachable
from billing.models import InvitationMail, InvoiceDelivery, InvoiceRun, SeatRequestMail
from billing.operations.ask_gateway import ask_charges, ask_refunds
from billing.operations.compute_close import compute_close
from billing.operations.deliver_invoices import attach_document
from billing.operations.measure_thresholds import measure_thresholds
from billing.operations.push_flow import push_chunk, push_flow
from billing.operations.run_invoices import push_run, start_run
from billing.operations.send_webhooks import send_webhooks
from billing.operations.start_checkout import cancel_settled
from billing.pipeline import POST, RENDER, SETTLE, STAGES, TICK

HANDS = 2
TELLING = 0x7E11  # the advisory lock of whoever sends webhooks


@shared_task
def start_daily_run(**_added_later: object) -> str:
    """Record the day's run and call hands to it."""
    now = timezone.now()
    run = start_run(as_of=now, trigger=RunTrigger.SCHEDULE, at=now)
    call_hands(run_id=run.pk)
    return str(run.pk)


def call_hands(*, run_id: UUID) -> None:
    """Ask the workers to push a run; more hands than workers only wait."""
    for _ in range(HANDS):
        lend_hand.delay(run_id=str(run_id))


@shared_task
def lend_hand(*, run_id: str, **_added_later: object) -> str:
    """Push a run until nothing waits for it."""
    return push_run(run_id=UUID(run_id), stages=STAGES, now=timezone.now).state


@shared_task
def tick(**_added_later: object) -> None:
    """Each minute: what cannot wait for the daily run, and runs whose hands died."""
    push_flow(stages=TICK, at=timezone.now())
    ask_gateway.delay()
    send_invoices.delay()
    send_invitations.delay()
    send_seat_requests.delay()
    render_some.delay()
    for run_id in InvoiceRun.objects.filter(state=RunState.RUNNING).values_list("pk", flat=True):
        lend_hand.delay(run_id=str(run_id))


@shared_task
def settle(**_added_later: object) -> None:
    """Apply stored webhooks now and not at the next tick."""
    push_flow(stages=(SETTLE,), at=timezone.now())


@shared_task
def ask_gateway(**_added_later: object) -> int:
    """Charge, refund and cancel what is written down. Without a key it waits, in sight of the desk."""
    if not settings.STRIPE_API_KEY:
        return 0
    gateway = configured_gateway()
    answered = ask_charges(gateway=gateway, now=timezone.now)
    answered += ask_refunds(gateway=gateway, now=timezone.now)
    with suppress(GatewayUnreachable):  # asked again with the next tick; the attempts stay in sight
        answered += cancel_settled(gateway=gateway, at=timezone.now())
    return answered


@shared_task
def send_invoices(**_added_later: object) -> int:
    """Send queued invoices with their documents, outside every transaction."""
    return send_queued_mail(box=InvoiceDelivery, attach=attach_document, at=timezone.now())


@shared_task
def send_invitations(**_added_later: object) -> int:
    """Send queued invitations, and what is asked of who sent them; links are filled in on the way."""
    return send_queued_mail(box=InvitationMail, written=with_link, at=timezone.now())


@shared_task
def send_seat_requests(**_added_later: object) -> int:
    """Send what is written about requests for seats: to who decides, and back to who asked."""
    return send_queued_mail(box=SeatRequestMail, at=timezone.now())


@shared_task
def measure(**_added_later: object) -> int:
    """Before the daily run: where sales stand against the registration thresholds."""
    return measure_thresholds(at=timezone.now())


@shared_task
def render_some(**_added_later: object) -> None:
    """One chunk of documents, then back to the queue's end: invoices never wait for paper."""
    if push_chunk(stage=RENDER, at=timezone.now()):
        render_some.delay()


@shared_task
def check_close(*, run_id: str, **_added_later: object) -> str:
    """Month end: post what waits, then compute the checklist item by item."""
    push_flow(stages=(POST,), at=timezone.now())
    return compute_close(run_id=UUID(run_id), now=timezone.now).digest


@shared_task
def tell_products(**_added_later: object) -> int:
    """
    Every other second, in a worker of its own: write and send webhooks; returns how many were taken.

    One hand at a time is enough; another that comes meanwhile goes away.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [TELLING])
        if not cursor.fetchone()[0]:
            return 0
    try:
        return send_webhooks(sender=configured_webhook_sender(), now=timezone.now)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [TELLING])
