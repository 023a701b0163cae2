"""What most tests of packets are given."""

import pytest

from tests.desk.packet.world import PacketWorld


@pytest.fixture
def acme(db) -> PacketWorld:
    return PacketWorld.make()
