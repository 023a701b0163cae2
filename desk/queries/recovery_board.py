"""The board of recovery: open cases by the rung they stand on, what each asks for next, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.enums import MailState
from accounts.queries.paging import Page, page_of
from billing.enums import AttemptState
from billing.models.gateway import PaymentAttempt
from desk.queries.recovery_words import RUNGS, decline_words, step_words
from dunning.enums import CaseState
from dunning.models import Campaign, CaseReceivable, DunningCase, Message, Pause
from dunning.queries.case_facts import CONFIRMATION_GIVEN_UP
from dunning.queries.work import open_of_case

SORTS = {
    "next": "What comes next",
    "oldest": "Oldest first",
    "amount": "Most open first",
    "customer": "Customer",
}
ORDERS: dict[str, tuple[Any, ...]] = {
    "next": (F("next_step_at").asc(nulls_last=True), "pk"),
    "oldest": ("first_failed_at", "pk"),
    "amount": ("-open_now", "pk"),
    "customer": ("customer__legal_name", "pk"),
}


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What was asked for; empty means any. `campaign` is a campaign's code, every version of it."""

    search: str = ""
    campaign: str = ""
    currency: str = ""
    entity: str = ""
    rung: str = ""
    decline: str = ""
    sort: str = "next"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case that is not closed; open now in minor units of its currency, days since the failure."""

    id: UUID
    customer_id: UUID
    customer_name: str
    time_zone: str
    entity: str
    currency: str
    open_minor: int
    invoices: int
    campaign: str
    campaign_id: UUID
    rung: str
    rung_words: str
    first_failed_at: datetime
    decline_code: str
    decline_words: str
    next_words: str
    next_why: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class RungSum:
    """What stands on a rung in one currency, in minor units."""

    currency: str
    cases: int
    open_minor: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Rung:
    """A column of the board."""

    code: str
    words: str
    sums: tuple[RungSum, ...]

    @property
    def cases(self) -> int:
        return sum(one.cases for one in self.sums)

    @property
    def oldest(self) -> datetime | None:
        return min((one.oldest for one in self.sums), default=None)


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """Messages of running cases whose fate a person should look at."""

    state: str
    words: str
    count: int


def mail_troubles() -> tuple[MailTrouble, ...]:
    """Perhaps sent, or refused by the mail server. One query."""
    rows = (
        Message.objects.filter(state__in=[MailState.UNKNOWN, MailState.FAILED])
        .exclude(case__state=CaseState.CLOSED)
        .order_by("state")
        .values_list("state")
        .annotate(Count("pk"))
    )
    return tuple(MailTrouble(state, MailState(state).label.lower(), count) for state, count in rows)


def running_cases(at: datetime) -> QuerySet[Any]:
    """Every case that is not closed, with its `rung` at an instant and its `last_decline`."""
    return DunningCase.objects.exclude(state=CaseState.CLOSED).annotate(
        rung=rung_at(at), last_decline=last_decline()
    )


def rung_at(at: datetime) -> Case:
    """A person's word goes before the machine's: handed over, promised, paused, then the ladder."""
    held = Pause.objects.filter(case=OuterRef("pk"), since__lte=at, until__gt=at)
    return Case(
        When(state=CaseState.HANDED_OVER, then=Value("handed_over")),
        When(Exists(held.filter(promise__isnull=False)), then=Value("promised")),
        When(Q(state=CaseState.PAUSED) | Exists(held), then=Value("paused")),
        When(write_off_requested_at__isnull=False, then=Value("write_off")),
        When(access_level="none", then=Value("early")),
        default=F("access_level"),
        output_field=CharField(),
    )


def last_decline() -> Coalesce:
    """The code of the latest charge that failed; one nobody confirmed has a code too. Empty: none."""
    failed = (
        PaymentAttempt.objects.filter(
            receivable__in_cases__case=OuterRef("pk"),
            state__in=[AttemptState.FAILED, AttemptState.CANCELED],
        )
        .annotate(
            code=Case(
                When(
                    state=AttemptState.CANCELED, decline_code="", then=Value(CONFIRMATION_GIVEN_UP)
                ),
                default=F("decline_code"),
                output_field=CharField(),
            )
        )
        .exclude(code="")
    )
    return Coalesce(Subquery(failed.order_by("-started_at", "-pk").values("code")[:1]), Value(""))


def found_cases(asked: CaseFilter, *, at: datetime) -> QuerySet[Any]:
    rows = running_cases(at)
    if asked.search:
        named = CaseReceivable.objects.filter(
            case=OuterRef("pk"), receivable__invoice__number__iexact=asked.search
        )
        rows = rows.filter(
            Q(customer__legal_name__icontains=asked.search)
            | Q(customer__external_id__iexact=asked.search)
            | Exists(named)
        )
    wanted = {
        "campaign__code": asked.campaign,
        "currency": asked.currency.upper(),
        "billing_entity__code": asked.entity,
        "rung": asked.rung,
        "last_decline": asked.decline,
    }
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def listed(asked: CaseFilter, *, at: datetime) -> QuerySet[Any]:
    """The rows in the order asked for, with what a row shows."""
    rows = found_cases(asked, at=at).select_related("customer", "billing_entity", "campaign")
    rows = rows.annotate(open_now=open_of_case(), invoices=invoices_of_case())
    ordered: QuerySet[Any] = rows.order_by(*ORDERS.get(asked.sort, ORDERS["next"]))
    return ordered


def invoices_of_case() -> Coalesce:
    joined = CaseReceivable.objects.filter(case=OuterRef("pk")).order_by().values("case")
    counted = joined.annotate(invoices=Count("pk")).values("invoices")
    return Coalesce(Subquery(counted), Value(0))


def case_list(asked: CaseFilter, *, at: datetime, number: int) -> Page[CaseRow]:
    """One query a page."""
    return page_of(listed(asked, at=at), number=number, to_row=case_row)


def case_row(case: DunningCase) -> CaseRow:
    said = {name: getattr(case, name) for name in ("open_now", "invoices", "rung", "last_decline")}
    return CaseRow(
        id=case.pk,
        customer_id=case.customer_id,
        customer_name=case.customer.legal_name,
        time_zone=case.customer.time_zone,
        entity=case.billing_entity.code,
        currency=case.currency,
        open_minor=said["open_now"],
        invoices=said["invoices"],
        campaign=str(case.campaign),
        campaign_id=case.campaign_id,
        rung=said["rung"],
        rung_words=RUNGS[said["rung"]],
        first_failed_at=case.first_failed_at,
        decline_code=said["last_decline"],
        decline_words=decline_words(said["last_decline"]) if said["last_decline"] else "",
        next_words=step_words(case.next_step_key),
        next_why=case.next_step_why,
        next_at=case.next_step_at,
    )


def rungs(asked: CaseFilter, *, at: datetime) -> tuple[Rung, ...]:
    """Every rung, empty ones too, in the order a case climbs. One query."""
    rows = (
        found_cases(asked, at=at)
        .annotate(open_now=open_of_case())
        .order_by()
        .values("rung", "currency")
        .annotate(cases=Count("pk"), total=Sum("open_now"), oldest=Min("first_failed_at"))
        .order_by("currency")
    )
    found = [
        (row["rung"], RungSum(row["currency"], row["cases"], row["total"], row["oldest"]))
        for row in rows
    ]
    return tuple(
        Rung(code, words, tuple(one for rung, one in found if rung == code))
        for code, words in RUNGS.items()
    )


def declines_of_cases(*, at: datetime) -> tuple[tuple[str, str], ...]:
    """The latest decline codes of running cases, for the filter. One query."""
    rows = running_cases(at).exclude(last_decline="").order_by("last_decline")
    codes = rows.values_list("last_decline", flat=True).distinct()
    return tuple((code, f"{decline_words(code)} ({code})") for code in codes)


def campaign_codes() -> tuple[tuple[str, str], ...]:
    """Current campaigns by code, for filters. One query."""
    rows = Campaign.objects.filter(is_current=True).order_by("name")
    return tuple(rows.values_list("code", "name"))
