"""What to tell of money, reminders, decisions and visits."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.enums import ExceptionState, MailState
from billing.enums import (
    AllocationSource,
    AttemptState,
    CreditReason,
    DisputeState,
    PaymentKind,
    RefundState,
)
from desk.calc.story import Amount, Coded, Document, Told, Value
from desk.queries.money_attempts import AttemptRow
from desk.queries.money_rows import AllocationRow, DisputeRow, RefundRow
from desk.queries.packet.approvals import ApprovalRow, ViewRow
from desk.queries.packet.money import CreditMove, PacketMoney, PaymentRow
from desk.queries.packet.recovery import MessageRow, PacketRecovery, PauseRow
from dunning.enums import StepKind, StepState

KEPT = (CreditReason.OVERPAID, CreditReason.CREDIT_NOTE)
MOVED = {PaymentKind.WITHDRAWAL: "withdrawn", PaymentKind.REINSTATED: "reinstated"}
ALLOCATED = {
    AllocationSource.PAYMENT: "settled",
    AllocationSource.CREDIT: "settled_by_credit",
    AllocationSource.WRITE_OFF: "written_off",
}
ATTEMPTED = {
    AttemptState.SUCCEEDED: "attempt_succeeded",
    AttemptState.FAILED: "attempt_failed",
    AttemptState.CANCELED: "attempt_canceled",
    AttemptState.NEEDS_CUSTOMER: "attempt_needs_customer",
}
WRITTEN = {
    MailState.SENT: "message_sent",
    MailState.QUEUED: "message_queued",
    MailState.SENDING: "message_queued",
    MailState.UNKNOWN: "message_unknown",
    MailState.CANCELED: "message_canceled",
    MailState.FAILED: "message_failed",
}
GRANTED = (ExceptionState.APPROVED, ExceptionState.REVOKED)
DISPUTED = {DisputeState.WON: "dispute_won", DisputeState.LOST: "dispute_lost"}


class Teller:
    """Holds the clock a story is told on."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    def told(
        self, kind: str, at: datetime, values: dict[str, Value], where: str, about: UUID | str
    ) -> Told:
        return Told(
            kind, at, at.astimezone(self.zone).date(), values, where=where, about=str(about)
        )

    def money(self, money: PacketMoney) -> Iterator[Told]:
        """A charge that became a payment is told as the payment."""
        arrived = {one.gateway_id for one in money.payments if one.gateway_id}
        asked = [
            one
            for one in money.attempts
            if one.state != AttemptState.SUCCEEDED or one.gateway_id not in arrived
        ]
        yield from chain.from_iterable(self.payment(one) for one in money.payments)
        yield from (self.allocation(one) for one in money.allocations)
        yield from (self.attempt(one) for one in asked)
        yield from chain.from_iterable(self.refund(one) for one in money.refunds)
        yield from chain.from_iterable(self.dispute(one) for one in money.disputes)
        yield from (self.kept(one) for one in money.credit if one.reason in KEPT)

    def kept(self, one: CreditMove) -> Told:
        values: dict[str, Value] = {"amount": Amount(one.amount_minor, one.currency)}
        about = str(one.payment_id or one.invoice_id)
        return self.told("kept_as_credit", one.recorded_at, values, "money", about)

    def payment(self, one: PaymentRow) -> Iterator[Told]:
        """Refunds are told as such."""
        values: dict[str, Value] = {"amount": Amount(one.amount_minor, one.currency)}
        if one.kind == PaymentKind.RECEIVED:
            values["method"] = Coded("method", one.method)
            yield self.told("paid", one.recorded_at, values, "money", one.id)
        elif one.kind in MOVED:
            kind = MOVED[PaymentKind(one.kind)]
            yield self.told(kind, one.recorded_at, values, "money", one.id)

    def allocation(self, one: AllocationRow) -> Told:
        kind = "taken_back" if one.amount_minor < 0 else ALLOCATED[AllocationSource(one.source)]
        values: dict[str, Value] = {
            "amount": Amount(one.amount_minor, one.currency),
            "document": Document(one.number),
        }
        return self.told(kind, one.recorded_at, values, "money", one.id)

    def attempt(self, one: AttemptRow) -> Told:
        kind = ATTEMPTED.get(AttemptState(one.state), "attempt_open")
        values: dict[str, Value] = {
            "amount": Amount(one.amount_minor, one.currency),
            "document": Document(one.invoice_number),
            "decline": Coded("decline", one.decline_code),
        }
        return self.told(kind, one.answered_at or one.started_at, values, "money", one.id)

    def refund(self, one: RefundRow) -> Iterator[Told]:
        values: dict[str, Value] = {"amount": Amount(one.amount_minor, one.currency)}
        yield self.told("refund_requested", one.requested_at, values, "money", one.id)
        if one.answered_at and one.state != RefundState.REQUESTED:
            kind = "refund_succeeded" if one.state == RefundState.SUCCEEDED else "refund_failed"
            yield self.told(kind, one.answered_at, values, "money", one.id)

    def dispute(self, one: DisputeRow) -> Iterator[Told]:
        values: dict[str, Value] = {"amount": Amount(one.amount_minor, one.currency)}
        yield self.told("dispute_opened", one.opened_at, values, "money", one.id)
        if one.closed_at and one.state != DisputeState.OPEN:
            kind = DISPUTED[DisputeState(one.state)]
            yield self.told(kind, one.closed_at, values, "money", one.id)

    def recovery(self, recovery: PacketRecovery) -> Iterator[Told]:
        currencies = {}
        for case in recovery.cases:
            currencies[case.id] = case.currency
            opened: dict[str, Value] = {"amount": Amount(case.opened_minor, case.currency)}
            yield self.told("case_opened", case.opened_at, opened, "recovery", case.id)
            if case.closed_at:
                reason = Coded("closed", case.closed_reason)
                yield self.told(
                    "case_closed", case.closed_at, {"reason": reason}, "recovery", case.id
                )
        for message in recovery.messages:
            yield self.message(message)
        for pause in recovery.pauses:
            yield from self.pause(pause, currencies[pause.case_id])
        for step in recovery.steps:
            if step.kind == StepKind.ACCESS and step.state == StepState.DONE:
                level = Coded("level", step.value)
                yield self.told(
                    "access_advised", step.done_at, {"level": level}, "recovery", step.id
                )

    def message(self, one: MessageRow) -> Told:
        values: dict[str, Value] = {"template": Coded("template", one.template)}
        kind = WRITTEN[MailState(one.state)]
        return self.told(kind, one.sent_at or one.queued_at, values, "recovery", one.id)

    def pause(self, one: PauseRow, currency: str) -> Iterator[Told]:
        if one.promised_minor is not None and one.promised_by:
            values: dict[str, Value] = {
                "amount": Amount(one.promised_minor, currency),
                "by_date": one.promised_by,
            }
            yield self.told("promised", one.since, values, "recovery", one.id)
        until = one.until.astimezone(self.zone).date()
        yield self.told("paused", one.since, {"until": until}, "recovery", one.id)

    def approvals(self, rows: Iterable[ApprovalRow]) -> Iterator[Told]:
        for one in rows:
            values: dict[str, Value] = {"exception": Coded("exception", one.kind)}
            yield self.told("exception_asked", one.asked_at, values, "approvals", one.id)
            if one.decided_at and one.state in (*GRANTED, ExceptionState.REJECTED):
                granted = one.state in GRANTED
                kind = "exception_granted" if granted else "exception_rejected"
                yield self.told(kind, one.decided_at, values, "approvals", one.id)

    def views(self, rows: Iterable[ViewRow]) -> Iterator[Told]:
        """Once a day."""
        days = {one.at.astimezone(self.zone).date(): one for one in reversed(tuple(rows))}
        for one in days.values():
            yield self.told("page_viewed", one.at, {}, "views", str(one.sequence))
