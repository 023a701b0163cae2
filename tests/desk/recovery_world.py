"""More cases beside one that is there, for lists and sums."""

from datetime import timedelta

from billing.models import Receivable
from dunning.models import CaseReceivable, DunningCase
from tests.seatworld import SeatWorld, day, make_customer, start


def another_case(world: SeatWorld, like: DunningCase, number: int, seats: int = 1) -> DunningCase:
    """A case, a day younger, of a customer of its own who owes 8.00 USD a seat."""
    name = f"other-{number}"
    customer = make_customer(world.entity, name)
    start(world.plan, customer, name, seats={"member": seats})
    world.push(day(1, 15))
    receivable = Receivable.objects.get(customer=customer)
    case = DunningCase.objects.create(
        customer=customer, billing_entity=like.billing_entity, currency=like.currency,
        campaign=like.campaign, basis="overdue", opened_at=like.opened_at + timedelta(days=1),
        first_failed_at=like.first_failed_at + timedelta(days=1),
        opened_minor=receivable.open_minor,
    )  # fmt: skip
    CaseReceivable.objects.create(
        case=case, receivable=receivable, joined_at=case.opened_at,
        open_minor=receivable.open_minor,
    )  # fmt: skip
    return case
