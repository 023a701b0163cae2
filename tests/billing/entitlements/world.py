"""Ada of Acme holds a seat that entitles to exports of her own and to credits all share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Grantee, Group
from billing.operations.add_plan import EntitledFeature, entitle
from tests.seatworld import SeatWorld, day

FEATURES = (
    EntitledFeature("boards.edit", "Edit boards"),
    EntitledFeature("exports", "Exports", "exports", 10),
    EntitledFeature("credits", "Credits", "credits", 100, "subscription"),
    EntitledFeature("calls", "Calls", "calls"),
)
SINCE = day(2, 1)
NOW = day(2, 20, 12)


@dataclass
class PeopleWorld:
    seats: SeatWorld
    sales: Group
    ada: Grantee

    @classmethod
    def make(cls, world: SeatWorld) -> "PeopleWorld":
        entitle(world.plan.seat_types.get(code="member"), FEATURES)
        entitle(world.plan.seat_types.get(code="viewer"), FEATURES[3:])
        sales = Group.objects.create(customer=world.customer, external_id="sales", name="Sales")
        made = cls(world, sales, Grantee.objects.create(external_id="ada"))
        made.give("ada")
        return made

    def give(self, grantee: str, at: datetime = SINCE, **event: Any) -> None:
        """A seat by an ordinary event."""
        said = {"kind": "seat_added", "group": "sales", **event}
        answer = self.seats.send(f"{said['kind']}-{grantee}-{at}", at, grantee=grantee, **said)
        assert answer.status == "accepted", answer
