"""A company with two months lived and booked."""

from copy import deepcopy

import pytest

from tests.billing.close.closing import live
from tests.seatworld import SeatWorld, day


@pytest.fixture(scope="module")
def module_lived(module_world) -> SeatWorld:
    live(module_world, day(3, 2))
    return module_world


@pytest.fixture
def lived(module_lived, db) -> SeatWorld:
    return deepcopy(module_lived)
