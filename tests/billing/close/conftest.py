"""A company with two months lived and booked."""

import pytest

from tests.billing.close.closing import live
from tests.seatworld import SeatWorld, day


@pytest.fixture
def lived(world) -> SeatWorld:
    live(world, day(3, 2))
    return world
