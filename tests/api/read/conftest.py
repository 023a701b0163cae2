"""A customer with two months behind it, and a service that may read."""

import json
from copy import deepcopy

import pytest
from django.test import Client

from tests.seatworld import SeatWorld, day


class Reader:
    """A product service with a key; answers are parsed JSON beside their status."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def get(self, path: str, **query: str):
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body):
        return self.client.post(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json"
        )


@pytest.fixture(scope="module")
def module_billed(module_world) -> SeatWorld:
    """SW-000001 for January and SW-000002 with 10 seats added on 25 January."""
    module_world.push(day(1, 15))
    module_world.push(day(1, 19))
    module_world.send("grow", day(1, 25, 9), quantity=10)
    module_world.push(day(2, 15))
    module_world.push(day(2, 19))
    return module_world


@pytest.fixture
def billed(module_billed, db) -> SeatWorld:
    return deepcopy(module_billed)


@pytest.fixture
def reader(billed: SeatWorld) -> Reader:
    return Reader(billed.key)
