"""The work lists of recovery. Reading one locks what it lists; what others hold is passed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Greatest

from accounts.models.customer import Customer
from billing.enums import StageName
from billing.models.gateway import PaymentAttempt, PaymentMethod
from billing.models.receivables import Receivable
from billing.queries.exception_work import grants_due
from billing.queries.work import counted, not_refused, taken
from dunning.enums import CaseState
from dunning.models import CaseReceivable, DunningCase
from dunning.queries.campaigns import campaign_for, campaigns_in_force

Waiting = tuple[int, datetime | None]
CASE = "case"
DUN = "dun"
CLOSE = "close"
WORKED = (CaseState.OPEN, CaseState.PAUSED)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a customer owes one of our companies in one currency and no case is about, in minor units."""

    customer_id: UUID
    country: str
    billing_entity_id: UUID
    currency: str
    open_minor: int
    since: datetime
    is_joining: bool


def receivables_to_pursue(at: datetime) -> QuerySet[Receivable]:
    """Open, failed or past their due date where the customer is, and in no case that is not closed."""
    local_time = Func(
        F("customer__time_zone"), Value(at), function="timezone", output_field=DateTimeField()
    )
    in_case = CaseReceivable.objects.filter(receivable=OuterRef("pk")).exclude(
        case__state=CaseState.CLOSED
    )
    return Receivable.objects.alias(today=Cast(local_time, DateField())).filter(
        Q(first_failed_at__isnull=False) | Q(due_date__lt=F("today")),
        ~Exists(in_case),
        open_minor__gt=0,
    )


def owed(at: datetime) -> list[Owed]:
    """By customer, company and currency, what waits for a case; less than its campaign pursues does not."""
    running = DunningCase.objects.filter(
        customer=OuterRef("customer"),
        billing_entity=OuterRef("billing_entity"),
        currency=OuterRef("currency"),
    ).exclude(state=CaseState.CLOSED)
    rows = (
        receivables_to_pursue(at)
        .order_by()
        .values("customer_id", "customer__country", "billing_entity_id", "currency")
        .annotate(
            total=Sum("open_minor"),
            since=Min(Coalesce("first_failed_at", Cast("due_date", DateTimeField()))),
            is_joining=Exists(running),
        )
    )
    sums = [
        Owed(
            customer_id=row["customer_id"],
            country=row["customer__country"],
            billing_entity_id=row["billing_entity_id"],
            currency=row["currency"],
            open_minor=row["total"],
            since=row["since"],
            is_joining=row["is_joining"],
        )
        for row in rows
    ]
    campaigns = campaigns_in_force()
    return [one for one in sums if one.is_joining or one.open_minor >= threshold(campaigns, one)]


def threshold(campaigns: Sequence, one: Owed) -> int:  # type: ignore[type-arg]
    """Where no campaign fits, a person must see it: nothing is too little."""
    campaign = campaign_for(
        campaigns,
        country=one.country,
        currency=one.currency,
        billing_entity_id=one.billing_entity_id,
    )
    return campaign.threshold_minor if campaign else 0


def customers_to_open(at: datetime) -> QuerySet[Customer]:
    owing = {one.customer_id for one in owed(at)}
    return Customer.objects.filter(not_refused(CASE), pk__in=owing).order_by("pk")


def to_open(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(customers_to_open(at), limit)


def count_to_open(*, at: datetime) -> Waiting:
    waiting = owed(at)
    return len({one.customer_id for one in waiting}), min(
        (one.since for one in waiting), default=None
    )


def cases_to_look_at(at: datetime) -> QuerySet[DunningCase]:
    """Due, or something happened since: a charge was answered, a way to pay or an invoice was added."""
    joined = CaseReceivable.objects.filter(case=OuterRef("pk"), joined_at__gt=OuterRef("looked_at"))
    answered = PaymentAttempt.objects.filter(
        receivable__in_cases__case=OuterRef("pk"), answered_at__gt=OuterRef("looked_at")
    )
    added = PaymentMethod.objects.filter(
        customer=OuterRef("customer"), added_at__gt=OuterRef("looked_at")
    )
    return DunningCase.objects.filter(
        Q(look_at__lte=at) | Exists(answered) | Exists(added) | Exists(joined),
        not_refused(DUN),
        state__in=WORKED,
    ).order_by("look_at", "pk")


def to_look_at(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(cases_to_look_at(at), limit)


def count_to_look_at(*, at: datetime) -> Waiting:
    return counted(cases_to_look_at(at), Min("look_at"))


def to_pause(*, at: datetime, limit: int) -> Sequence[UUID]:
    due = grants_due(at, stage=StageName.PAUSE)
    return list(due.values_list("pk", flat=True)[:limit])


def count_to_pause(*, at: datetime) -> Waiting:
    return counted(grants_due(at, stage=StageName.PAUSE), Min("grant_due_at"))


def open_of_case() -> Coalesce:
    """What is open now on the invoices of a case, in minor units."""
    joined = (
        CaseReceivable.objects.filter(case=OuterRef("pk"))
        .order_by()
        .values("case")
        .annotate(total=Sum("receivable__open_minor"))
        .values("total")
    )
    return Coalesce(Subquery(joined, output_field=BigIntegerField()), Value(0))


def cases_to_close(at: datetime) -> QuerySet[DunningCase]:
    """Settled through whatever door, or with less open than the campaign pursues (1 at least)."""
    pursued = Greatest("campaign__threshold_minor", Value(1))
    return (
        DunningCase.objects.exclude(state=CaseState.CLOSED)
        .alias(open_now=open_of_case())
        .filter(not_refused(CLOSE), open_now__lt=pursued)
        .order_by("pk")
    )


def to_close(*, at: datetime, limit: int) -> Sequence[UUID]:
    return taken(cases_to_close(at), limit)


def count_to_close(*, at: datetime) -> Waiting:
    totals = cases_to_close(at).order_by().aggregate(waiting=Count("pk"), oldest=Min("opened_at"))
    return totals["waiting"], totals["oldest"]
