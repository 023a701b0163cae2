"""The seat policy in force for each subscription of a customer, in its language, with an example."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Customer
from billing.calc.policy import PolicyTerms
from billing.calc.policy_text import policy_text
from billing.calc.terms_timeline import TermsTimeline
from billing.enums import SubscriptionState
from billing.models import SeatPolicy, Subscription
from billing.records.subscription_book import SubscriptionBook, load_subscription_books


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """What holds for a subscription today. `since` is a local date; None: from its start on."""

    subscription: str
    plan: str
    version: int
    since: date | None
    language: str
    paragraphs: tuple[str, ...]
    example: str


def policies_in_force(customer: Customer, *, at: datetime) -> list[PolicyInForce]:
    """A fixed number of queries for any number of subscriptions."""
    subscriptions = list(
        Subscription.objects.filter(customer=customer, state=SubscriptionState.ACTIVE)
        .select_related("customer", "plan")
        .order_by("starts_on", "external_id")
    )
    books = load_subscription_books(subscriptions=subscriptions)
    found = [(one, *terms_today(books[one.pk], at=at)) for one in subscriptions if one.pk in books]
    policies = SeatPolicy.objects.select_related("plan").in_bulk(
        [UUID(policy.key) for _, policy, _ in found]
    )
    return [
        in_words(one, policy, paragraphs, policies[UUID(policy.key)])
        for one, policy, paragraphs in found
    ]


def terms_today(book: SubscriptionBook, *, at: datetime) -> tuple[PolicyTerms, Sequence[str]]:
    """The policy of the day where the subscription is, and its text in the customer's language."""
    subscription = book.subscription
    known = book.rating_input(as_of=at, rated_at=at, settled_at=None)
    timeline = TermsTimeline(known.terms, known.changes)
    today = at.astimezone(ZoneInfo(subscription.time_zone)).date().toordinal()
    policy = timeline.policy_at(today)
    opening = [dated for dated in timeline.changes if dated.day <= today]
    prices, _ = timeline.prices_at(today, opening)
    price = next(one for one in prices.values() if one.billable)
    text = policy_text(
        policy,
        price=price,
        interval=timeline.interval_at(today),
        currency=subscription.currency,
        language=subscription.customer.language,
    )
    return policy, text.split("\n\n")


def in_words(
    subscription: Subscription, terms: PolicyTerms, paragraphs: Sequence[str], policy: SeatPolicy
) -> PolicyInForce:
    """The last paragraph of the text is its worked example."""
    since = policy.effective_from
    return PolicyInForce(
        subscription=subscription.external_id,
        plan=policy.plan.name,
        version=terms.version,
        since=since if since > subscription.starts_on else None,
        language=subscription.customer.language,
        paragraphs=tuple(paragraphs[:-1]),
        example=paragraphs[-1],
    )
