"""What tests of recovery share."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import transaction


@pytest.fixture
def rolled_back(db) -> Callable[[], AbstractContextManager[None]]:
    """A world that is gone after its block, for examples drawn one after another."""

    @contextmanager
    def block() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return block
