"""Threads that ask at the same time ask together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


def taken_lock() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class Place(Generic[Q, A]):
    """A question in the queue. Its thread waits for `turn`: then it is answered, or is to ask for all."""

    question: Q
    turn: Lock = field(default_factory=taken_lock)
    answer: A | None = None
    error: BaseException | None = None


class Together(Generic[Q, A]):
    """
    Asks the questions that wait at the same time all at once.

    Who comes while nobody asks, asks: nothing waits for others to come. Who comes while somebody asks
    waits for the next time, since what is being read may be past already; the first of those that
    wait asks for all of them.
    """

    def __init__(self, ask: Callable[[Sequence[Q]], Sequence[A]]) -> None:
        """`ask` answers each of its questions, in their order."""
        self.ask = ask
        self.lock = Lock()
        self.queue: list[Place[Q, A]] = []
        self.is_asking = False

    def __call__(self, question: Q) -> A:
        """
        The answer to this question.

        :raises BaseException: what `ask` raised, to everybody it asked for
        """
        place: Place[Q, A] = Place(question)
        with self.lock:
            self.queue.append(place)
            must_wait, self.is_asking = self.is_asking, True
        if must_wait:
            place.turn.acquire()
        if place.answer is None and place.error is None:
            self.ask_for_all()
        if place.error is not None:
            raise place.error
        assert place.answer is not None, "each question has an answer"
        return place.answer

    def ask_for_all(self) -> None:
        with self.lock:
            places, self.queue = self.queue, []
        try:
            answers = self.ask([one.question for one in places])
            for place, answer in zip(places, answers, strict=True):
                place.answer = answer
        except BaseException as error:  # each of them raises it
            for place in places:
                place.error = error
        with self.lock:
            following = self.queue[:1]
            self.is_asking = bool(following)
        for place in [*following, *places]:
            place.turn.release()
