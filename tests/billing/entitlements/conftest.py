import pytest

from tests.billing.entitlements.world import PeopleWorld


@pytest.fixture
def people(world) -> PeopleWorld:
    return PeopleWorld.make(world)
