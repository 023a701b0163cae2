"""Products ask whether a person may use something: every answer has its reason."""

import json

import pytest
import time_machine
from django.test import Client

from tests.billing.entitlements.world import NOW, PeopleWorld

DOOR = "/api/v1/entitlements"


@pytest.fixture
def people(world) -> PeopleWorld:
    return PeopleWorld.make(world)


def ask(people, grantee="ada", customer="acme", at=NOW, headers=None, **more):
    client = Client(headers={"Authorization": f"Bearer {people.seats.key}", **(headers or {})})
    with time_machine.travel(at, tick=False):
        return client.get(DOOR, {"grantee": grantee, "customer": customer, **more})


def test_a_seat_is_told_with_its_features_and_why(people):
    answer = ask(people)
    print(json.dumps(answer.json(), indent=1))
    assert answer.json()["allowed"]
