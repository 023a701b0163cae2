"""What the seats of a customer cost for a whole billing cycle from now on, by seat type."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.calc.accept import balances_of
from billing.calc.budget import PricedSeats, SeatLine
from billing.calc.terms_timeline import TermsTimeline
from billing.enums import SubscriptionState
from billing.models import Subscription
from billing.records.subscription_book import SubscriptionBook, load_subscription_books


def recurring_prices(*, customer_id: UUID, at: datetime) -> dict[SeatLine, PricedSeats]:
    """
    Prices in force at an instant with the active seats of their type; keys are (primary key, code).

    A fixed number of queries, whatever the number of subscriptions; ended ones are left out.
    """
    found = Subscription.objects.filter(customer=customer_id, state=SubscriptionState.ACTIVE)
    books = load_subscription_books(subscriptions=list(found))
    prices: dict[SeatLine, PricedSeats] = {}
    for book in books.values():
        prices |= prices_of(book, at=at)
    return prices


def prices_of(book: SubscriptionBook, *, at: datetime) -> dict[SeatLine, PricedSeats]:
    """The lines of one subscription whose ledger is read already."""
    subscription = book.subscription
    known = book.rating_input(as_of=at, rated_at=at, settled_at=None)
    timeline = TermsTimeline(known.terms, known.changes)
    day = at.astimezone(ZoneInfo(subscription.time_zone)).date().toordinal()
    opening = [dated for dated in timeline.changes if dated.day <= day]
    in_force, _ = timeline.prices_at(day, opening)
    balances = balances_of(known.facts, at=at)
    return {
        SeatLine(str(subscription.pk), code): PricedSeats(
            price=price,
            seats=balances.active(code),
            ratio_seats=balances.active(price.ratio_of) if price.ratio_of else 0,
        )
        for code, price in in_force.items()
    }
