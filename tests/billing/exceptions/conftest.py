"""Acme at 8.00 a seat and month; Ben asks, Alma decides."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from accounts.enums import StaffRole, Verdict
from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import decide_exception
from billing.operations.ask_exception import ask_exception
from tests.seatworld import SeatWorld

PRICE = {
    "customer_text": "As agreed with you.",
    "margin_percent": Decimal("61.5"),
    "support_burden": "usual",
}


def staff(name: str, role: StaffRole) -> User:
    user = User.objects.create_user(name, email=f"{name}@seatledger.example")
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


@pytest.fixture
def world(db):
    return SeatWorld.make()


@pytest.fixture
def ben(db):
    return staff("ben", StaffRole.ANALYST)


@pytest.fixture
def alma(db):
    return staff("alma", StaffRole.APPROVER)


@pytest.fixture
def carla(db):
    return staff("carla", StaffRole.APPROVER)


class Asker:
    """Asks as Ben and lets others decide."""

    def __init__(self, ben: User, alma: User, carla: User) -> None:
        self.ben, self.deciders = ben, (alma, carla)

    def ask(self, kind: str, subject: str, terms: dict[str, Any], at: datetime, **more: Any):
        return ask_exception(
            kind=kind, subject=subject, terms=terms, reason="Talked about it", by=self.ben, at=at,
            **more,
        )  # fmt: skip

    def approve(self, asked: ExceptionRequest, at: datetime) -> ExceptionRequest:
        for person in self.deciders[: max(1, asked.rule.approvers)]:
            asked = decide_exception(
                request_id=asked.pk, verdict=Verdict.APPROVE, reason="Agreed", by=person,
                proved_again=True, at=at,
            )  # fmt: skip
        return asked

    def agreed(self, kind: str, subject: str, terms: dict[str, Any], at: datetime, **more: Any):
        asked = self.ask(kind, subject, terms, at, **more)
        return self.approve(asked, at + timedelta(minutes=1))


@pytest.fixture
def people(ben, alma, carla):
    return Asker(ben, alma, carla)
