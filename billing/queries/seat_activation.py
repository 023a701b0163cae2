"""From when on a seat counts, by the policy in force: what an invitation has to reserve."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.calc.terms_timeline import TermsTimeline
from billing.models import Subscription
from billing.records.subscription_book import load_subscription_books


def activations(subscriptions: Sequence[Subscription], *, at: datetime) -> dict[UUID, str]:
    """The policy setting `activation` of each subscription on its local date of an instant."""
    found = {}
    for key, book in load_subscription_books(subscriptions=subscriptions).items():
        known = book.rating_input(as_of=at, rated_at=at, settled_at=None)
        timeline = TermsTimeline(known.terms, known.changes)
        day = at.astimezone(ZoneInfo(book.subscription.time_zone)).date()
        found[key] = timeline.policy_at(day.toordinal()).activation
    return found
