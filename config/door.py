"""Doors before Django's chain: what is asked as documented is answered there, whatever is odd by Django."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from config.request_log import note
from config.request_names import HEADER as REQUEST_NAME
from config.request_names import current, name_for

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Asked = TypeVar("Asked")

ACCEPTED = frozenset(["", "*/*", "application/json"])
OF_ONE_ANSWER = frozenset(
    ["content-length", "etag", "ratelimit", "ratelimit-policy", "x-request-id"]
)
MOST_ENTRANCES = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent, with the headers of this answer alone, and who asked."""

    status: int
    content: bytes
    headers: Headers
    client_id: str


class Door(ABC, Generic[Asked]):
    """
    Answers what is asked as documented, by keys that may ask.

    Whatever is odd goes on to Django, which refuses it: an unknown key, a missing scope, too many
    requests, a database that is away. Who comes by a host and scheme Django has not admitted yet
    goes there too; the headers of its answer are those of ours.
    """

    def __init__(self, application: Application) -> None:
        self.application = application
        self.entrances: dict[tuple[str, ...], Headers] = {}

    @abstractmethod
    def read(self, environ: Environ) -> Asked | None:
        """What is asked, if it is asked as documented; nothing is refused here."""

    @abstractmethod
    def answer(self, asked: Asked, environ: Environ) -> Answer | None:
        """What the view would answer; None: Django is to."""

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = self.read(environ)
        if asked is None:
            return self.application(environ, start_response)
        entrance = entrance_of(environ)
        if entrance not in self.entrances:
            return self.application(environ, self.learning(entrance, start_response))
        answer = self.answer_named(asked, environ)
        if answer is None:
            return self.application(environ, start_response)
        status = HTTPStatus(answer.status)
        headers = [*self.entrances[entrance], *answer.headers]
        start_response(f"{status.value} {status.phrase}", headers)
        return [answer.content]

    def learning(
        self, entrance: tuple[str, ...], start_response: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Remember the headers that every answer at this entrance carries."""

        def start(status: str, headers: Headers, *more: Any) -> Any:
            if status.startswith("2") and len(self.entrances) < MOST_ENTRANCES:
                kept = [one for one in headers if one[0].lower() not in OF_ONE_ANSWER]
                self.entrances[entrance] = kept
            return start_response(status, headers, *more)

        return start

    def answer_named(self, asked: Asked, environ: Environ) -> Answer | None:
        """The answer under the request's name, counted and logged as Django's chain does."""
        name, began = name_for(environ.get("HTTP_X_REQUEST_ID", "")), time.perf_counter()
        mark = current.set(name)
        try:
            answer = self.answer(asked, environ)
            if answer is not None:
                took = time.perf_counter() - began
                method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
                note(method, path, answer.status, took, client=answer.client_id)
                answer.headers.append((REQUEST_NAME, name))
            return answer
        finally:
            current.reset(mark)


def entrance_of(environ: Environ) -> tuple[str, ...]:
    """What Django decides by whether a request may come in at all, before it looks at the key."""
    names = ("PATH_INFO", "HTTP_HOST", "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO")
    return tuple(str(environ.get(name, "")) for name in names)
