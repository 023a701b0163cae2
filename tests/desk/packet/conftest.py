"""What most tests of packets are given."""

from copy import deepcopy

import pytest

from tests.desk.packet.world import PacketWorld


@pytest.fixture(scope="module")
def module_acme(module_transaction) -> PacketWorld | None:
    return PacketWorld.make() if module_transaction else None


@pytest.fixture
def acme(module_acme, db) -> PacketWorld:
    return deepcopy(module_acme) or PacketWorld.make()
