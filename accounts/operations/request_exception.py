"""Record what somebody asks for, under the rule of the matrix that will decide it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection, transaction

from accounts.calc.authority import rule_for
from accounts.calc.exception_terms import NEEDS, checked_terms
from accounts.calc.refusals import ReasonMissing, TermsInvalid
from accounts.models import ApiClient, Customer, ExceptionRequest
from accounts.queries.authority import current_rules

LAPSES_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Economics:
    """
    A price beside the list price, for one interval and the seats held now; minor units.

    `leakage_minor` is list less realized over the term that was asked for.
    """

    list_minor: int
    realized_minor: int
    leakage_minor: int
    margin_percent: Decimal | None
    support_burden: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked. `amount_minor` in minor units of `currency` is what the matrix measures."""

    kind: str
    terms: dict[str, Any]
    reason: str
    customer: Customer | None = None
    subject_kind: str = ""
    subject_id: UUID | None = None
    currency: str = ""
    amount_minor: int = 0
    customer_text: str = ""
    team: str = ""
    package: str = ""
    seller_code: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    economics: Economics | None = None
    attachments: int = 0

    @property
    def subject(self) -> UUID:
        """Key of what it is about; only a change of the matrix is about nothing."""
        assert self.subject_id is not None, "found before it is asked"
        return self.subject_id


@transaction.atomic
def request_exception(
    *,
    asking: Asking,
    at: datetime,
    by: User | None = None,
    client: ApiClient | None = None,
) -> ExceptionRequest:
    """
    Store a request; one that blocks drafts locks the customer, so that no draft slips out beside it.

    :raises ReasonMissing: without a reason
    :raises TermsInvalid: naming what the kind needs and did not get
    :raises NobodyMayAgree: if the matrix has no rule for it
    """
    if asking.customer:
        Customer.objects.select_for_update(no_key=True).get(pk=asking.customer.pk)
    terms = check(asking)
    rules = current_rules()
    rule = rule_for(
        kind=asking.kind, currency=asking.currency, amount_minor=asking.amount_minor, rules=rules
    )
    economics = asking.economics
    return ExceptionRequest.objects.create(
        number=next_number(), kind=asking.kind, customer=asking.customer,
        subject_kind=asking.subject_kind, subject_id=asking.subject_id, package=asking.package,
        seller_code=asking.seller_code, terms=terms, currency=asking.currency,
        amount_minor=asking.amount_minor, reason=asking.reason.strip(),
        customer_text=asking.customer_text.strip(), team=asking.team.strip(),
        starts_on=asking.starts_on, ends_on=asking.ends_on,
        list_minor=economics.list_minor if economics else None,
        realized_minor=economics.realized_minor if economics else None,
        leakage_minor=economics.leakage_minor if economics else None,
        margin_percent=economics.margin_percent if economics else None,
        support_burden=economics.support_burden if economics else "",
        blocks_drafts=NEEDS[asking.kind].blocks_drafts, asked_by=by, asked_by_client=client,
        asked_at=at, rule_id=rule.key, target_at=at + timedelta(hours=rule.target_hours),
        expires_at=at + LAPSES_AFTER,
    )  # fmt: skip


def check(asking: Asking) -> dict[str, Any]:
    """The canonical terms, once everything the kind needs is there."""
    needs = NEEDS[asking.kind]
    if not asking.reason.strip():
        raise ReasonMissing()
    if needs.needs_customer_text and not asking.customer_text.strip():
        raise TermsInvalid("customer_text", "say it in the customer's words too")
    if needs.needs_attachment and not asking.attachments:
        raise TermsInvalid("attachment", "attach the evidence")
    if asking.ends_on and not (asking.starts_on and asking.ends_on > asking.starts_on):
        raise TermsInvalid("ends_on", "an end needs a start before it")
    if needs.is_price:
        check_price_asked(asking)
    return checked_terms(asking.kind, asking.terms)


def check_price_asked(asking: Asking) -> None:
    """A price beside the list says from when to when, what it earns and what it costs to serve."""
    economics = asking.economics
    if not asking.starts_on or not asking.ends_on:
        raise TermsInvalid("ends_on", "a price beside the list needs a first and a last day")
    if economics is None or economics.margin_percent is None:
        raise TermsInvalid("margin_percent", "give the expected gross margin in percent")
    if not -999 < economics.margin_percent <= 100:
        raise TermsInvalid("margin_percent", "give a percentage up to 100")
    if not economics.support_burden:
        raise TermsInvalid("support_burden", "say low, usual or high")


def next_number() -> str:
    """EX-000001 and so on; a number somebody did not use stays unused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('accounts_exception_number')")
        return f"EX-{cursor.fetchone()[0]:06d}"
