"""What a subscription pays for a seat type on a day, what the list says, and for how many seats."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.calc.accept import balances_of
from billing.calc.interval import Interval
from billing.calc.pricing import PriceTerms
from billing.calc.terms_timeline import PriceMissing, TermsTimeline
from billing.models import Subscription
from billing.records.subscription_book import load_subscription_books


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """Prices for one interval, in minor units of the subscription's currency; seats as of today."""

    plan_id: UUID
    list_price: PriceTerms
    in_force: PriceTerms
    seats: int
    ratio_seats: int
    interval: Interval


def price_facts(
    subscription: Subscription, *, seat_type: str, day: date, at: datetime
) -> PriceFacts:
    """
    The list price and the price in force on a local day, after every change up to then.

    :raises PriceMissing: if the seat type has no price
    """
    book = load_subscription_books(subscriptions=[subscription])[subscription.pk]
    known = book.rating_input(as_of=at, rated_at=at, settled_at=None)
    timeline = TermsTimeline(known.terms, known.changes)
    number = day.toordinal()
    opening = [dated for dated in timeline.changes if dated.day <= number]
    plans = [dated for dated in opening if dated.change.plan_key is not None]
    listed, _ = timeline.prices_at(number, plans)
    in_force, _ = timeline.prices_at(number, opening)
    if seat_type not in listed:
        raise PriceMissing(
            f"There is no list price for “{seat_type}” in {subscription.currency} for this interval."
        )
    balances = balances_of(known.facts)
    ratio_of = listed[seat_type].ratio_of
    return PriceFacts(
        plan_id=UUID(plans[-1].change.plan_key or "") if plans else subscription.plan_id,
        list_price=listed[seat_type],
        in_force=in_force[seat_type],
        seats=balances.active(seat_type),
        ratio_seats=balances.active(ratio_of) if ratio_of else 0,
        interval=timeline.interval_at(number),
    )
