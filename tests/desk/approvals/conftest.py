"""Acme with 100 seats of 8.00 USD, an analyst who asks, two approvers; the pages open on 20 February."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import ExceptionRequest
from billing.models import Invoice
from billing.operations.ask_exception import ask_exception
from tests.seatworld import SeatWorld, day

NOW = day(2, 20, 9)
STARTS, ENDS = day(3, 15).date(), day(9, 15).date()


@dataclass
class Approvals:
    """People by name, their browsers, two issued invoices of 800.00 USD; requests through the door everybody uses."""

    seats: SeatWorld
    people: dict[str, User]
    clients: dict[str, Client]
    invoices: list[str]

    def discount(self, percent: int = 20, **said) -> ExceptionRequest:
        """A discount asked for by Ben an hour ago, unless said otherwise."""
        return ask_exception(
            **{
                "kind": "discount", "subject": "acme-team",
                "terms": {"seat_type": "member", "percent": percent},
                "reason": "They buy 50 more seats in May", "starts_on": STARTS, "ends_on": ENDS,
                "customer_text": "A welcome discount", "team": "Sales EMEA",
                "margin_percent": 61, "support_burden": "usual", "by": self.people["ben"],
                "at": NOW - timedelta(hours=1), **said,
            }
        )  # fmt: skip

    def credit(self, amount_minor: int = 300_00, **said) -> ExceptionRequest:
        """A credit on the first invoice."""
        return ask_exception(
            **{
                "kind": "credit", "subject": self.invoices[0],
                "terms": {"amount_minor": amount_minor, "credit_reason": "goodwill"},
                "reason": "The outage of January", "customer_text": "For the outage",
                "by": self.people["ben"], "at": NOW - timedelta(hours=1), **said,
            }
        )  # fmt: skip

    def terms(self, days: int = 60, **said) -> ExceptionRequest:
        """Payment terms: a kind that holds nothing and has no money."""
        return ask_exception(
            **{
                "kind": "payment_terms", "subject": "acme", "terms": {"days": days},
                "reason": "Their group pays quarterly", "customer_text": f"{days} days to pay",
                "by": self.people["ben"], "at": NOW - timedelta(hours=1), **said,
            }
        )  # fmt: skip


@pytest.fixture(scope="module")
def module_approvals(module_transaction) -> Approvals:
    assert module_transaction
    seats = SeatWorld.make(seats={"member": 100})
    seats.push(day(1, 15))
    seats.push(day(2, 15))
    invoices = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    roles = {"ben": "analyst", "alma": "approver", "carla": "approver", "eva": "administrator",
             "sam": "support"}  # fmt: skip
    people = {}
    for name, role in roles.items():
        people[name] = User.objects.create_user(name, is_staff=True)
        people[name].groups.add(StaffRoleGroup.objects.get(name=role))
    return Approvals(seats, people, {}, invoices)


@pytest.fixture
def approvals(module_approvals, db):
    known = deepcopy(module_approvals)
    with time_machine.travel(NOW, tick=False):
        for name, person in known.people.items():
            known.clients[name] = Client()
            known.clients[name].force_login(person)
        yield known
