"""The list of exception requests: whose turn it is, what waits longest, and what it sums to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from accounts.enums import PENDING_STATES, ExceptionKind, ExceptionState, Verdict
from accounts.models import ExceptionDecision, ExceptionRequest
from accounts.queries.authority import roles_of
from accounts.queries.paging import Page, page_of
from billing.documents.staff_text import staff_money
from desk.calc.approval_words import short_words

WHOSE = {"mine": "Mine to decide", "asked": "Asked by me", "all": "All"}
AGES = {"late": "Past its target", "soon": "Due within 8 hours", "early": "In time"}
SORTS = {
    "target": ("target_at", "pk"),
    "-asked": ("-asked_at", "-pk"),
    "asked": ("asked_at", "pk"),
    "-amount": ("currency", "-amount_minor", "pk"),
    "customer": ("customer__legal_name", "pk"),
}
SORT_WORDS = {
    "target": "Target time", "-asked": "Newest", "asked": "Oldest", "-amount": "Amount",
    "customer": "Customer",
}  # fmt: skip
SOON = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class ApprovalFilter:
    """What was asked for; empty means any. `search` is a customer's name or id, or a number."""

    whose: str = "mine"
    search: str = ""
    kind: str = ""
    state: str = ""
    team: str = ""
    package: str = ""
    age: str = ""
    sort: str = "target"


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request as a list shows it; the amount in minor units of its currency."""

    id: UUID
    number: str
    kind: str
    kind_words: str
    words: str
    customer_id: UUID | None
    customer_name: str
    currency: str
    amount_minor: int
    leakage_minor: int | None
    team: str
    package: str
    asked_by: str
    asked_at: datetime
    target_at: datetime
    expires_at: datetime
    state: str
    state_words: str
    is_pending: bool
    is_late: bool
    is_escalated: bool
    is_mine: bool
    blocks_drafts: bool
    approvals: int
    approvers: int
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApprovalSum:
    """What was found in one currency: how many, and their amounts in minor units."""

    currency: str
    count: int
    amount_minor: int


def mine_to_decide(person: User, *, roles: Collection[str], at: datetime) -> Q:
    """As calc/authority.check_decider says it, for a whole list at once."""
    is_late = Q(escalated_at__isnull=False) | Q(target_at__lte=at)
    mine = Q(rule__role__in=roles) | (Q(rule__stand_in__in=roles) & is_late)
    approved = ExceptionDecision.objects.filter(
        request=OuterRef("pk"), round=OuterRef("round"), verdict=Verdict.APPROVE, by=person
    )
    return Q(~Exists(approved), mine, ~Q(asked_by=person.pk), state=ExceptionState.REQUESTED)


def decidable(person: User, *, at: datetime) -> QuerySet[ExceptionRequest]:
    """What waits for this person now."""
    return ExceptionRequest.objects.filter(
        mine_to_decide(person, roles=sorted(roles_of(person)), at=at)
    )


def waiting_count(person: User, *, at: datetime) -> int:
    return decidable(person, at=at).count()


def age_of(age: str, *, at: datetime) -> Q:
    """How a pending request stands against its target time."""
    pending = Q(state__in=PENDING_STATES)
    return {
        "late": pending & Q(target_at__lte=at),
        "soon": pending & Q(target_at__gt=at, target_at__lte=at + SOON),
        "early": pending & Q(target_at__gt=at + SOON),
    }.get(age, Q())


def found_requests(
    asked: ApprovalFilter, *, person: User, at: datetime
) -> QuerySet[ExceptionRequest]:
    """The requests that fit, in the order asked for; each knows whether it waits for the person."""
    mine = mine_to_decide(person, roles=sorted(roles_of(person)), at=at)
    rows = ExceptionRequest.objects.all()
    if asked.whose == "mine":
        rows = rows.filter(mine)
    elif asked.whose == "asked":
        rows = rows.filter(asked_by=person.pk)
    if asked.search:
        rows = rows.filter(
            Q(customer__legal_name__icontains=asked.search)
            | Q(customer__external_id__iexact=asked.search)
            | Q(number__iexact=asked.search)
        )
    for field in ("kind", "state", "team", "package"):
        if value := getattr(asked, field):
            rows = rows.filter(**{field: value})
    rows = rows.filter(age_of(asked.age, at=at))
    return rows.order_by(*SORTS.get(asked.sort, SORTS["target"]))


def with_relations(
    rows: QuerySet[ExceptionRequest], *, person: User, at: datetime
) -> QuerySet[ExceptionRequest]:
    """What a row of a list shows, in the same query."""
    mine = mine_to_decide(person, roles=sorted(roles_of(person)), at=at)
    approved = Count(
        "decisions",
        filter=Q(decisions__verdict=Verdict.APPROVE, decisions__round=F("round")),
    )
    return rows.select_related("customer", "asked_by", "asked_by_client", "rule").annotate(
        is_mine=mine, approvals=approved
    )


def approval_list(
    asked: ApprovalFilter, *, person: User, number: int, at: datetime
) -> Page[ApprovalRow]:
    """One query a page, and one for the person's roles."""
    rows = with_relations(found_requests(asked, person=person, at=at), person=person, at=at)
    return page_of(rows, number=number, to_row=lambda one: approval_row(one, at=at))


def approval_row(
    asked: ExceptionRequest, *, at: datetime, approvals: int | None = None
) -> ApprovalRow:
    """`approvals` of this round, where the row does not bring its count."""
    pending = asked.state in PENDING_STATES
    return ApprovalRow(
        id=asked.pk,
        number=asked.number,
        kind=asked.kind,
        kind_words=asked.get_kind_display(),
        words=words_of(asked),
        customer_id=asked.customer_id,
        customer_name=asked.customer.legal_name if asked.customer else "",
        currency=asked.currency,
        amount_minor=asked.amount_minor,
        leakage_minor=asked.leakage_minor,
        team=asked.team,
        package=asked.package,
        asked_by=asker_of(asked),
        asked_at=asked.asked_at,
        target_at=asked.target_at,
        expires_at=asked.expires_at,
        state=asked.state,
        state_words=asked.get_state_display(),
        is_pending=pending,
        is_late=pending and asked.target_at <= at,
        is_escalated=pending and asked.escalated_at is not None,
        is_mine=bool(getattr(asked, "is_mine", False)),
        blocks_drafts=pending and asked.blocks_drafts,
        approvals=getattr(asked, "approvals", 0) if approvals is None else approvals,
        approvers=asked.rule.approvers,
        decided_at=asked.decided_at,
    )


def words_of(asked: ExceptionRequest) -> str:
    return short_words(
        asked.kind, asked.terms, money=lambda minor: staff_money(minor, asked.currency)
    )


def asker_of(asked: ExceptionRequest) -> str:
    """A person by name, a product system by its client's."""
    if asked.asked_by:
        return asked.asked_by.get_username()
    return f"{asked.asked_by_client.name} (API)" if asked.asked_by_client else ""


def approval_sums(asked: ApprovalFilter, *, person: User, at: datetime) -> tuple[ApprovalSum, ...]:
    """By currency; requests without money (limits, terms) are not counted here. One query."""
    rows = found_requests(asked, person=person, at=at).exclude(currency="").order_by()
    found = rows.values_list("currency").annotate(Count("pk"), Sum("amount_minor"))
    return tuple(ApprovalSum(*row) for row in found.order_by("currency"))


def sums_of(rows: Sequence[ApprovalRow]) -> tuple[ApprovalSum, ...]:
    """Rows that are on a page already, summed by currency."""
    currencies = sorted({row.currency for row in rows if row.currency})
    return tuple(
        ApprovalSum(
            currency,
            sum(row.currency == currency for row in rows),
            sum(row.amount_minor for row in rows if row.currency == currency),
        )
        for currency in currencies
    )


def teams_and_packages() -> tuple[list[str], list[str]]:
    """What the filters offer. Two queries."""
    rows = ExceptionRequest.objects.order_by()
    teams = rows.exclude(team="").values_list("team", flat=True).distinct().order_by("team")
    packages = rows.exclude(package="").values_list("package", flat=True).distinct()
    return list(teams), list(packages.order_by("package"))


KINDS = list(ExceptionKind.choices)
STATES = list(ExceptionState.choices)
