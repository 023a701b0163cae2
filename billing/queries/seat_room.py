"""Which seats a customer has: bought, held by people, kept for the invited, free; and how far it may go."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from billing.enums import SubscriptionState
from billing.models import SeatType, Subscription
from billing.queries.local_day import local_day
from billing.records.group_room import reserved_seats
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import LedgerBatch, OpenLedger, load_ledger_batch


@dataclass(frozen=True, slots=True)
class SeatRoom:
    """
    One seat type of one subscription. `held`: seats in any state; `named`: those people hold.

    `free`: active seats that are nobody's and kept for nobody. `limit` None: none. `behavior`: what
    happens beyond it, expand, block or overage. `quantity_basis` purchased: a released seat stays.
    """

    subscription_id: UUID
    subscription: str
    plan: str
    seat_type_id: UUID
    seat_type: str
    seat_type_name: str
    currency: str
    held: int
    named: int
    free: int
    reserved: int
    limit: int | None
    behavior: str
    quantity_basis: str
    activation: str

    @property
    def left(self) -> int | None:
        """How many people more can get a seat without anything being bought or raised; None: any."""
        if self.limit is None or self.behavior != "block":
            return None
        return max(self.free, 0) + max(self.limit - self.held, 0)


def seat_room(*, customer_id: UUID, at: datetime) -> list[SeatRoom]:
    """By subscription and the order of its seat types. A fixed number of queries, nothing locked."""
    today = local_day(at, zone="time_zone")
    active = Subscription.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=today),
        customer=customer_id,
        state=SubscriptionState.ACTIVE,
        starts_on__lte=today,
    ).select_related("customer", "plan")
    subscriptions = {one.external_id: one for one in active.order_by("external_id")}
    batch = load_ledger_batch(events=[], subscriptions=subscriptions, is_to_append=False)
    reserved = reserved_seats(customer_id=customer_id)
    return [
        room_of(batch, ledger, seat_type, reserved[ledger.subscription.pk, seat_type.code], at)
        for ledger in batch.ledgers.values()
        for seat_type in batch.seat_types(ledger.plan_at(at))
    ]


def room_of(
    batch: LedgerBatch, ledger: OpenLedger, seat_type: SeatType, reserved: int, at: datetime
) -> SeatRoom:
    subscription = ledger.subscription
    asked = IncomingEvent("", "", "seat_added", subscription.external_id)
    state = batch.state(ledger, asked, at)
    policy = batch.policy_at(ledger, at)
    code, balances = seat_type.code, ledger.balances
    plan_limits = batch.limits(ledger, asked, seat_type.plan_id)
    return SeatRoom(
        subscription_id=subscription.pk,
        subscription=subscription.external_id,
        plan=subscription.plan.name,
        seat_type_id=seat_type.pk,
        seat_type=code,
        seat_type_name=seat_type.name,
        currency=subscription.currency,
        held=balances.held(code),
        named=sum(1 for of_type, _ in balances.people if of_type == code),
        free=balances.free(code) - reserved,
        reserved=reserved,
        limit=None if state.seat_limit == "expand" else plan_limits.get(code),
        behavior=state.seat_limit,
        quantity_basis=policy[1].quantity_basis if policy else "provisioned",
        activation=policy[1].activation if policy else "assigned",
    )
