"""Acme in Germany, billed from Ireland with tax, seats added within a month: the given of these tests."""

from dataclasses import dataclass

from accounts.models import BillingOwner, Grantee
from billing.models import EntitlementEvent, Invoice
from tests.billing.credits.world import taxed_world
from tests.seatworld import SeatWorld, day

OWNER, OWNER_MAIL = "Olga Owner", "olga@acme.example"
USER, USER_MAIL, USER_ID = "Uma User", "uma@acme.example", "uma-17"
ACTOR = "anna@acme.example"


@dataclass
class PacketWorld:
    """`first` bills the first month, `second` the seats that came on 4 February, at once."""

    seats: SeatWorld
    first: Invoice
    second: Invoice
    event: EntitlementEvent

    @classmethod
    def make(cls, *, seats: int = 10, business: bool = True) -> "PacketWorld":
        world = taxed_world(increase_invoicing="immediate")
        world.customer.is_business = business
        world.customer.time_zone = "Europe/Berlin"
        world.customer.save()
        Grantee.objects.create(external_id=USER_ID, name=USER, email=USER_MAIL)
        BillingOwner.objects.filter(customer=world.customer).update(name=OWNER, email=OWNER_MAIL)
        (first,) = world.push(day(1, 15))
        world.send("e1", day(2, 4, 9), quantity=seats, actor=ACTOR)
        world.send("e2", day(2, 4, 9), kind="seat_used", quantity=1, grantee=USER_ID, actor=ACTOR)
        (second,) = world.push(day(2, 4, 10))
        event = EntitlementEvent.objects.get(source_event_id="e1")
        return cls(world, first, second, event)
