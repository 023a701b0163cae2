"""Everything about one request on one page: what it says, what it costs, its past and its like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.enums import Verdict
from accounts.models import ExceptionRequest
from billing.models import Invoice, Payment, Subscription
from desk.queries.approval_deciders import VERDICT_WORDS
from desk.queries.approvals import ApprovalRow, approval_row, asker_of

EARLIER_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Link:
    words: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something in the history of a request; `by` is empty for the clock."""

    at: datetime
    words: str
    by: str = ""
    text: str = ""
    chip: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    id: UUID
    name: str
    size: int
    content_type: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """A request with its terms; amounts in minor units of its currency, the prices of one interval."""

    row: ApprovalRow
    reason: str
    customer_text: str
    time_zone: str
    seller: str
    subject: Link
    starts_on: date | None
    ends_on: date | None
    list_minor: int | None
    realized_minor: int | None
    leakage_minor: int | None
    margin_percent: Decimal | None
    support_burden: str
    round: int
    escalated_at: datetime | None
    reminded_at: datetime | None
    carried_out_at: datetime | None
    ended_at: datetime | None
    written: tuple[Link, ...]
    history: tuple[Happening, ...]
    attachments: tuple[Attached, ...]
    of_customer: tuple[ApprovalRow, ...]
    of_package: tuple[ApprovalRow, ...]
    percent_off: Decimal | None = None


def dossier_of(asked: ExceptionRequest, *, at: datetime) -> Dossier:
    """Six queries, whatever its history."""
    decisions = list(asked.decisions.select_related("by"))
    comments = list(asked.comments.select_related("by"))
    files = list(asked.attachments.select_related("by"))
    approvals = sum(
        one.verdict == Verdict.APPROVE and one.round == asked.round for one in decisions
    )
    history = sorted(
        [*happenings(asked, decisions), *said(comments), *attached_words(files)],
        key=lambda one: one.at,
    )
    return Dossier(
        row=approval_row(asked, at=at, approvals=approvals),
        reason=asked.reason,
        customer_text=asked.customer_text,
        time_zone=asked.customer.time_zone if asked.customer else "UTC",
        seller=asked.seller_code,
        subject=subject_link(asked),
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        list_minor=asked.list_minor,
        realized_minor=asked.realized_minor,
        leakage_minor=asked.leakage_minor,
        percent_off=percent_off(asked.list_minor, asked.realized_minor),
        margin_percent=asked.margin_percent,
        support_burden=asked.get_support_burden_display() if asked.support_burden else "",
        round=asked.round,
        escalated_at=asked.escalated_at,
        reminded_at=asked.reminded_at,
        carried_out_at=asked.carried_out_at,
        ended_at=asked.ended_at,
        written=tuple(written(asked.outcome)),
        history=tuple(history),
        attachments=tuple(attached(one) for one in files),
        of_customer=earlier(
            asked, Q(customer=asked.customer_id), is_known=bool(asked.customer_id), at=at
        ),
        of_package=earlier(asked, Q(package=asked.package), is_known=bool(asked.package), at=at),
    )


def found_request(number: str) -> ExceptionRequest | None:
    """One query."""
    return all_related().filter(number=number.upper()).first()


def all_related() -> QuerySet[ExceptionRequest]:
    return ExceptionRequest.objects.select_related(
        "customer", "asked_by", "asked_by_client", "rule__matrix"
    )


def percent_off(listed: int | None, realized: int | None) -> Decimal | None:
    """How far below list, in percent rounded to one decimal."""
    if not listed or realized is None:
        return None
    return (Decimal(listed - realized) * 100 / listed).quantize(Decimal("0.1"))


def earlier(
    asked: ExceptionRequest, alike: Q, *, is_known: bool, at: datetime
) -> tuple[ApprovalRow, ...]:
    """The newest others of the same customer or package that were asked before this one."""
    if not is_known:
        return ()
    rows = all_related().filter(alike, asked_at__lte=asked.asked_at).exclude(pk=asked.pk)
    ordered = rows.order_by("-asked_at", "-pk")[:EARLIER_SHOWN]
    return tuple(approval_row(one, at=at) for one in ordered)


CHIPS = {
    Verdict.APPROVE: "ok", Verdict.REJECT: "stop", Verdict.REVOKE: "stop",
    Verdict.SEND_BACK: "info", Verdict.ESCALATE: "wait", Verdict.EXPIRE: "stop",
}  # fmt: skip


def happenings(asked: ExceptionRequest, decisions: Sequence[Any]) -> Iterator[Happening]:
    yield Happening(asked.asked_at, "asked for it", by=asker_of(asked), text=asked.reason)
    for one in decisions:
        proof = " after signing in again" if one.proved_again else ""
        words = f"{VERDICT_WORDS[one.verdict]}{proof}"
        by = one.by.get_username() if one.by else "the clock"
        yield Happening(one.at, words, by=by, text=one.reason, chip=CHIPS.get(one.verdict, ""))
    if asked.reminded_at:
        yield Happening(asked.reminded_at, "Those who may decide were reminded")
    if asked.carried_out_at:
        yield Happening(asked.carried_out_at, "Carried out", chip="ok")
    if asked.ended_at and asked.ended_at != asked.carried_out_at:
        yield Happening(asked.ended_at, "Its effect ended")


def said(comments: Sequence[Any]) -> Iterator[Happening]:
    for one in comments:
        yield Happening(one.at, "commented", by=one.by.get_username(), text=one.text)


def attached_words(files: Sequence[Any]) -> Iterator[Happening]:
    for one in files:
        by = one.by.get_username() if one.by else "API"
        yield Happening(one.at, f"attached {one.name}", by=by)


def attached(one: Any) -> Attached:
    return Attached(
        id=one.pk, name=one.name, size=one.size, content_type=one.content_type,
        by=one.by.get_username() if one.by else "API", at=one.at,
    )  # fmt: skip


def written(outcome: dict[str, Any]) -> Iterator[Link]:
    """What carrying it out wrote, each with its page where it has one."""
    for name, value in outcome.items():
        if name == "events":
            for day, key in sorted(value.items()):
                yield Link(f"Price event of {day}", reverse("desk:event", args=[key]))
        elif name in PAGES:
            words, page = PAGES[name]
            yield Link(words.format(value), reverse(page, args=[value]) if page else "")
        elif name == "set":
            yield Link(f"Set to {value}")
        elif name == "pauses":
            yield Link(f"Cases paused: {len(value)}")


PAGES = {
    "credit_note": ("Credit note {}", "desk:invoice"),
    "refund": ("Refund", "desk:money_refund"),
    "event": ("Event", "desk:event"),
    "write_off": ("Written off on the invoice", ""),
    "invoice": ("Invoice {}", "desk:invoice"),
    "matrix": ("Authority matrix v{}", ""),
}


def subject_link(asked: ExceptionRequest) -> Link:
    """What it is about, with its page. One query."""
    key = asked.subject_id
    if key is None:
        return Link("The authority matrix", reverse("desk:approval_authority"))
    if asked.subject_kind == "subscription":
        name = Subscription.objects.filter(pk=key).values_list("external_id", flat=True).first()
        return Link(f"Subscription {name}", f"{reverse('desk:preview')}?subscription={name}")
    if asked.subject_kind == "invoice":
        number = Invoice.objects.filter(pk=key).values_list("number", flat=True).first()
        return Link(f"Invoice {number}", reverse("desk:invoice", args=[key]))
    if asked.subject_kind == "payment":
        paid_on = Payment.objects.filter(pk=key).values_list("paid_on", flat=True).first()
        return Link(f"Payment of {paid_on}", reverse("desk:money_payment", args=[key]))
    if asked.subject_kind == "customer" and asked.customer:
        return Link(asked.customer.legal_name, reverse("desk:customer", args=[asked.customer_id]))
    return Link("The month", "")
