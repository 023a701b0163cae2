"""Threads that ask at the same time ask together: each gets its own answer, or the error of all."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest

from kernel.together import Together

SECONDS = 10


class Slow:
    """Doubles numbers; the first time it waits until it may go on, so that others come meanwhile."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.has_begun, self.may_go_on = Event(), Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.asked.append(list(numbers))
        self.has_begun.set()
        assert self.may_go_on.wait(SECONDS)
        if 13 in numbers:
            raise LookupError("13 is not there")
        return [2 * one for one in numbers]


def ask_meanwhile(slow: Slow, pool: ThreadPoolExecutor, numbers: Sequence[int]):
    """Zero is being asked while the numbers come; then asking goes on."""
    together = Together(slow)
    first = pool.submit(together, 0)
    assert slow.has_begun.wait(SECONDS)
    rest = [pool.submit(together, one) for one in numbers]
    while len(together.queue) < len(numbers):
        sleep(0.001)
    slow.may_go_on.set()
    return together, first, rest


@pytest.fixture
def pool():
    with ThreadPoolExecutor(max_workers=8) as pool:
        yield pool


def test_what_comes_while_one_asks_is_asked_at_once_and_each_gets_its_own(pool):
    slow = Slow()

    _, first, rest = ask_meanwhile(slow, pool, range(1, 6))

    assert first.result(SECONDS) == 0
    assert [one.result(SECONDS) for one in rest] == [2, 4, 6, 8, 10]
    assert [sorted(one) for one in slow.asked] == [[0], [1, 2, 3, 4, 5]]


def test_an_error_reaches_all_who_asked_together_and_nobody_else(pool):
    slow = Slow()

    together, first, rest = ask_meanwhile(slow, pool, [1, 13, 2])

    assert first.result(SECONDS) == 0
    assert {str(one.exception(SECONDS)) for one in rest} == {"13 is not there"}
    assert together(4) == 8


def test_who_comes_alone_waits_for_nobody():
    slow = Slow()
    slow.may_go_on.set()
    together = Together(slow)

    assert [together(one) for one in (1, 2)] == [2, 4]
    assert slow.asked == [[1], [2]]


def test_nobody_is_lost_in_a_crowd(pool):
    slow = Slow()
    slow.may_go_on.set()
    together = Together(slow)

    assert list(pool.map(together, range(20, 400))) == [2 * one for one in range(20, 400)]
    assert sum(len(one) for one in slow.asked) == 380
    assert not together.queue
