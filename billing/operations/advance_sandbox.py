"""Move the sandbox's clock on: day by day, what falls due is billed there. Called inside the sandbox alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import connection

from billing.enums import InvoiceKind, InvoiceState, RunTrigger
from billing.models import Invoice, NumberSeries
from billing.operations.finalize_invoices import series_prefix
from billing.operations.run_invoices import push_run, start_run
from billing.queries.sandbox_clock import sandbox_time
from kernel.refusal import Refusal
from kernel.stage import Stage
from tax.enums import TaxIdCheckState, TaxIdRegister
from tax.models import BillingEntity, TaxIdCheck

RUN_AT = time(4, tzinfo=UTC)  # as the daily run of the live database
MOST_AT_ONCE = timedelta(days=93)
MOST_AHEAD = timedelta(days=5 * 365)
TEST = "TST-"  # leads its invoice numbers
HOLDER = 0x5C10  # the advisory lock of whoever moves the clock


class ClockTooFar(Refusal):
    code = "sandbox_clock_too_far"


class ClockBackwards(Refusal):
    code = "sandbox_clock_backwards"


class ClockMoving(Refusal):
    code = "sandbox_clock_moving"


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the clock stands, what was issued on the way, and how many drafts still wait."""

    now: datetime
    invoices_issued: int
    drafts: int


def advance_sandbox(*, to: datetime, stages: tuple[Stage, ...], real: datetime) -> Moved:
    """
    Push `stages` as of each 04:00 UTC on the way and as of `to`. `real` is the time outside.

    Interrupted, the clock stands where it came to, and the same call goes on from there. The lock
    ends with the connection.

    :raises ClockMoving: while another call moves it
    :raises ClockBackwards: if `to` is before its time
    :raises ClockTooFar: if `to` is more than 93 days on, or more than five years ahead of real time
    """
    take_clock()
    began = sandbox_time(real=real)
    check(to, began=began, real=real)
    mark_numbers()
    issued = 0
    for at in instants(began, to):
        issued += bill(at=at, stages=stages)
    drafts = Invoice.objects.filter(state=InvoiceState.DRAFT).count()
    return Moved(now=to, invoices_issued=issued, drafts=drafts)


def bill(*, at: datetime, stages: tuple[Stage, ...]) -> int:
    """What is due at an instant, as a run of then; how many were issued."""
    trust_tax_ids(at=at)
    run = start_run(as_of=at, trigger=RunTrigger.COMMAND, at=at)
    return push_run(run_id=run.pk, stages=stages, now=lambda: at).finalized


def take_clock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [HOLDER])
        if not cursor.fetchone()[0]:
            raise ClockMoving(
                "The clock is being moved by another call. Ask again when it is done."
            )


def check(to: datetime, *, began: datetime, real: datetime) -> None:
    if to < began:
        raise ClockBackwards(
            f"It is {began.isoformat()} in the sandbox, and time goes forward only."
        )
    if to - began > MOST_AT_ONCE:
        raise ClockTooFar(
            f"Move at most {MOST_AT_ONCE.days} days a call: to {began + MOST_AT_ONCE}."
        )
    if to - real > MOST_AHEAD:
        raise ClockTooFar(
            f"Stay within {MOST_AHEAD.days} days of real time; a fresh sandbox begins there."
        )


def instants(began: datetime, to: datetime) -> Iterator[datetime]:
    """Each 04:00 UTC between, and the end."""
    at = datetime.combine(began.astimezone(UTC).date(), RUN_AT)
    while at < to:
        if at > began:
            yield at
        at += timedelta(days=1)
    yield to


def mark_numbers() -> None:
    """Series of every seller whose numbers nobody takes for real ones."""
    NumberSeries.objects.bulk_create(
        [
            NumberSeries(
                billing_entity=seller, kind=kind, prefix=TEST + series_prefix(seller.code, kind)
            )
            for seller in BillingEntity.objects.all()
            for kind in InvoiceKind.values
        ],
        ignore_conflicts=True,
    )


def trust_tax_ids(*, at: datetime) -> None:
    """No register is asked: every well-formed number counts as valid."""
    TaxIdCheck.objects.filter(state=TaxIdCheckState.PENDING).update(
        state=TaxIdCheckState.VALID, register=TaxIdRegister.BY_HAND, answered_at=at,
        next_attempt_at=None, answer={"sandbox": True},
    )  # fmt: skip
