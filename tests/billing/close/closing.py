"""A January that can be closed, and the people who close it."""

from datetime import date, datetime

from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User

from billing.models import CloseRun, Invoice, InvoiceDelivery, InvoiceDocument, PeriodClose
from billing.operations.compute_close import begin_close, compute_close, start_close_run
from billing.operations.sign_close import sign_close
from billing.queries.close.checklist import CloseState, close_state
from tests.seatworld import SeatWorld, day

JANUARY = date(2026, 1, 1)
FEBRUARY = date(2026, 2, 1)


def person(name: str) -> User:
    return User.objects.get_or_create(username=name, defaults={"is_staff": True})[0]


def approver(name: str) -> User:
    someone = person(name)
    someone.groups.add(StaffRoleGroup.objects.get_or_create(name="approver")[0])
    return someone


def live(world: SeatWorld, until: datetime) -> None:
    """The first invoice, and what is due by an instant; all of it booked and rendered."""
    world.push(day(1, 16))
    world.push(until)
    render()


def render() -> None:
    """Stand in for the stages render and deliver: a row for each document without one, and its mail."""
    for invoice in Invoice.objects.filter(state="finalized", document=None):
        InvoiceDocument.objects.create(
            invoice=invoice, path=f"{invoice.pk}.pdf", sha256="0" * 64, size=1, pages=1,
            rendered_at=invoice.issued_at,
        )  # fmt: skip
        InvoiceDelivery.objects.create(
            invoice=invoice, to=["olga@acme.example"], subject=invoice.number, state="sent",
            message_id=f"<{invoice.pk}@example>", queued_at=invoice.issued_at,
            send_after=invoice.issued_at, claimed_at=invoice.issued_at, sent_at=invoice.issued_at,
        )  # fmt: skip


def begin(world: SeatWorld, month: date = JANUARY, at: datetime | None = None) -> PeriodClose:
    return begin_close(entity=world.entity, month=month, at=at or day(3, 3))


def check(close: PeriodClose, at: datetime | None = None, **known) -> CloseRun:
    at = at or day(3, 3, 8)
    run = start_close_run(close=close, at=at)
    return compute_close(run_id=run.pk, now=lambda: at, **known)


def sign(close: PeriodClose, name: str, at: datetime | None = None):
    result = close_state(close).result
    return sign_close(
        close_id=close.pk, digest=result.digest if result else "", by=person(name),
        may_lock=True, at=at or day(3, 3, 9),
    )  # fmt: skip


def lock(world: SeatWorld, month: date = JANUARY) -> PeriodClose:
    """Checked, and signed by Ann and Bob."""
    close = begin(world, month)
    check(close)
    sign(close, "ann")
    sign(close, "bob")
    return close


def outcomes(close: PeriodClose) -> dict[str, str]:
    return {one.check.code: one.check.outcome for one in state(close).items}


def state(close: PeriodClose) -> CloseState:
    return close_state(PeriodClose.objects.get(pk=close.pk))
