"""What the demo's people asked for beyond policy: agreed, refused, taken back, and waiting today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from accounts.enums import ExceptionState, Verdict
from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import decide_exception
from accounts.operations.discuss_exception import comment_exception
from accounts.queries.authority import acts_alone
from billing.enums import InvoiceState
from billing.models import Invoice, Receivable, Subscription
from billing.operations.ask_exception import ask_exception
from billing.operations.revoke_grant import revoke_grant
from desk.queries.approvals_authority import newest_matrix, rules_as_terms

HOUR = timedelta(hours=1)
HALF_A_YEAR = timedelta(days=182)
WORTH_ASKING = 300_00


@dataclass(frozen=True, slots=True)
class People:
    """Who works here, by what they do with requests."""

    asks: User
    decides: User
    stands_in: User

    @classmethod
    def known(cls) -> "People":
        ben, carla, alma = (User.objects.get(username=name) for name in ("ben", "carla", "alma"))
        return cls(asks=ben, decides=carla, stands_in=alma)


Moment = Callable[[People, datetime], object]


def live_exceptions(*, days_left: int, at: datetime) -> None:
    """What happens on the day that is so many days before the last; most days nothing does."""
    moment = MOMENTS.get(days_left)
    if moment:
        moment(People.known(), at)


def asked(people: People, *, kind: str, subject: str, terms: Mapping[str, Any], at: datetime,
          **said: Any) -> ExceptionRequest:  # fmt: skip
    return ask_exception(
        kind=kind, subject=subject, terms=dict(terms), by=people.asks, at=at, **said
    )


def agreed(people: People, one: ExceptionRequest, *, at: datetime, why: str) -> None:
    """Carla agrees; where two are needed, Ben escalates and Alma agrees too."""
    say(one, Verdict.APPROVE, by=people.decides, at=at, why=why)
    one.refresh_from_db()
    if one.state == ExceptionState.REQUESTED:
        say(one, Verdict.ESCALATE, by=people.asks, at=at, why="The customer signs tomorrow")
        say(one, Verdict.APPROVE, by=people.stands_in, at=at + HOUR, why=f"{why}; I agree")


def say(one: ExceptionRequest, verdict: str, *, by: User, at: datetime, why: str) -> None:
    decide_exception(
        request_id=one.pk, verdict=verdict, by=by, reason=why, proved_again=True, at=at
    )


def subscriptions(at: datetime) -> QuerySet[Subscription]:
    """Running ones that never asked for anything, those with most in their ledger first."""
    known = ExceptionRequest.objects.filter(subject_id__isnull=False).values("subject_id")
    started = at.date() - timedelta(days=40)
    return (
        Subscription.objects.filter(
            state="active", starts_on__lt=started, customer__seller_assignment__isnull=False
        )
        .exclude(pk__in=known)
        .select_related("plan", "customer")
        .order_by("external_id")
    )


def price(
    people: People, at: datetime, *, team: str, why: str, percent: int, margin: int = 62
) -> ExceptionRequest | None:
    """A discount for half a year on the main seats of a subscription that never had one."""
    subscription = subscriptions(at).first()
    return discount_of(people, at, subscription, team=team, why=why, percent=percent, margin=margin)


def discount_of(
    people: People,
    at: datetime,
    subscription: Subscription | None,
    *,
    team: str,
    why: str,
    percent: int,
    margin: int = 62,
) -> ExceptionRequest | None:
    if subscription is None:
        return None
    first = at.date() + timedelta(days=1)
    return asked(
        people, kind="discount", subject=subscription.external_id,
        terms={"seat_type": main_seat(subscription), "percent": percent}, at=at, reason=why,
        customer_text=f"{percent} % off for half a year, as agreed with your account manager.",
        team=team, starts_on=first, ends_on=first + HALF_A_YEAR, margin_percent=Decimal(margin),
        support_burden="usual",
    )  # fmt: skip


def main_seat(subscription: Subscription) -> str:
    return str(
        subscription.plan.seat_types.order_by("display_order").values_list("code", flat=True)[0]
    )


def won(team: str, why: str, percent: int) -> Moment:
    """A discount that was agreed within hours."""

    def live(people: People, at: datetime) -> None:
        one = price(people, at, team=team, why=why, percent=percent)
        if one:
            agreed(people, one, at=at + 3 * HOUR, why="Within what the segment pays elsewhere")

    return live


def waits(team: str, why: str, percent: int) -> Moment:
    return lambda people, at: price(people, at, team=team, why=why, percent=percent)


def too_much(people: People, at: datetime) -> None:
    one = price(people, at, team="Partners", why="The partner wants to resell it", percent=60,
                margin=11)  # fmt: skip
    if one:
        comment_exception(
            request_id=one.pk, text="Their volume would not carry this for a year.",
            by=people.decides, at=at + HOUR,
        )  # fmt: skip
        say(one, Verdict.REJECT, by=people.decides, at=at + 2 * HOUR,
            why="The margin does not carry it; offer the annual plan")  # fmt: skip


def back_and_gone(people: People, at: datetime) -> None:
    one = price(people, at, team="Sales APAC", why="They ask for a pilot price", percent=35)
    if one:
        say(one, Verdict.SEND_BACK, by=people.decides, at=at + HOUR, why="For how many seats?")
        say(
            one, Verdict.WITHDRAW, by=people.asks, at=at + 26 * HOUR, why="They took the list price"
        )


def free_for_a_while(people: People, at: datetime) -> None:
    """Free seats that were agreed and, weeks later, revoked."""
    subscription = subscriptions(at).first()
    if subscription is None:
        return
    first = at.date() + timedelta(days=1)
    one = asked(
        people, kind="free_seats", subject=subscription.external_id,
        terms={"seat_type": main_seat(subscription), "seats": 2}, at=at,
        reason="Two trainers of theirs for the roll-out", team="Success",
        customer_text="Two seats for your trainers are on us.", starts_on=first,
        ends_on=first + HALF_A_YEAR, margin_percent=Decimal(58), support_burden="high",
    )  # fmt: skip
    agreed(people, one, at=at + HOUR, why="Trainers lower the tickets")


def end_the_free_seats(people: People, at: datetime) -> None:
    one = ExceptionRequest.objects.filter(
        kind="free_seats", state=ExceptionState.APPROVED, ended_at=None
    ).first()
    if one:
        revoke_grant(request_id=one.pk, reason="The roll-out is over", by=people.decides, at=at)


def longer_terms(people: People, at: datetime) -> None:
    subscription = subscriptions(at).last()
    if subscription:
        one = asked(
            people, kind="payment_terms", subject=subscription.customer.external_id,
            terms={"days": 60}, at=at, reason="Their group pays at the end of the next month",
            customer_text="You have 60 days to pay.", team="Finance",
        )  # fmt: skip
        agreed(people, one, at=at + 5 * HOUR, why="They never paid late")


def owed(at: datetime) -> Receivable | None:
    """The largest open amount nobody asked about yet."""
    known = ExceptionRequest.objects.filter(subject_kind="invoice").values("subject_id")
    rows = Receivable.objects.filter(open_minor__gt=WORTH_ASKING).exclude(pk__in=known)
    return rows.select_related("invoice").order_by("-open_minor", "pk").first()


def credit(people: People, at: datetime) -> None:
    """A credit that was beyond Ben and agreed."""
    invoice = (
        Invoice.objects.filter(
            state=InvoiceState.FINALIZED, kind="invoice", currency="EUR", total_minor__gt=900_00
        )
        .order_by("-cycle_date", "number")
        .first()
    )
    if invoice:
        one = asked(
            people, kind="credit", subject=invoice.number, at=at,
            terms={"amount_minor": 400_00, "credit_reason": "not_provided"},
            reason="Two days without the service", team="Support",
            customer_text="For the two days on which you could not work.",
        )  # fmt: skip
        agreed(people, one, at=at + 2 * HOUR, why="As the service level says")


def hopeless(people: People, at: datetime) -> None:
    """A write-off that nobody has decided in time: the stand-in may now."""
    row = owed(at)
    if row and not acts_alone(
        kind="write_off", currency=row.currency, amount_minor=row.open_minor, person=people.asks
    ):
        asked(
            people, kind="write_off", subject=row.invoice.number,
            terms={"amount_minor": row.open_minor}, at=at, reason="The company was dissolved",
            team="Finance",
        )  # fmt: skip


def waits_today(people: People, at: datetime) -> None:
    """A change of the matrix that two people must agree to."""
    rules = [
        {**one, "target_hours": 4} if one["kind"] == "dunning_pause" else one
        for one in rules_as_terms(newest_matrix())
    ]
    asked(
        people, kind="authority_change", subject="", terms={"rules": rules}, at=at,
        reason="A pause that waits a day comes too late", team="Finance",
    )  # fmt: skip


def holds_a_draft(people: People, at: datetime) -> None:
    """A discount for a customer whose invoice is drafted in the coming night: it waits."""
    free = subscriptions(at)
    due = free.filter(rate_due_at__gt=at, rate_due_at__lte=at + timedelta(hours=20)).first()
    discount_of(
        people, at, due or free.first(), team="Sales EMEA", percent=25,
        why="They renew for two years if this invoice has it already",
    )  # fmt: skip


MOMENTS: dict[int, Moment] = {
    180: won("Sales EMEA", "They move from a competitor in the middle of the year", 15),
    150: too_much,
    120: longer_terms,
    100: won("Sales Americas", "Renewal with 30 more seats", 20),
    90: credit,
    75: free_for_a_while,
    60: won("Sales EMEA", "They pay for a second team", 20),
    45: back_and_gone,
    38: end_the_free_seats,
    34: waits("Partners", "The partner has not said why", 30),
    20: won("Sales EMEA", "Launch of the new package", 25),
    5: won("Sales EMEA", "Launch of the new package", 25),
    3: won("Sales EMEA", "Launch of the new package", 30),
    2: hopeless,
    1: holds_a_draft,
    0: waits_today,
}
