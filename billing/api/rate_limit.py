"""How many requests a minute one API key may send: a window per key, counted in each process."""

import time
from collections.abc import Callable
from math import ceil
from threading import Lock

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

WINDOW_SECONDS = 60


class Windows:
    """Requests of each key in its running minute. Nothing outlives the process, nothing is asked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.lock = clock, Lock()
        self.began: dict[str, tuple[float, int]] = {}

    def wait(self, key: str, most: int) -> float:
        """Count one request; seconds until the next may come, 0 when this one may."""
        now = self.clock()
        with self.lock:
            since, count = self.began.get(key, (now, 0))
            if now - since >= WINDOW_SECONDS:
                since, count = now, 0
            self.began[key] = (since, count + 1)
        return 0.0 if count < most else WINDOW_SECONDS - (now - since)


windows = Windows()


class KeyThrottle(BaseThrottle):
    """Too many is 429 with Retry-After. Keys are few, so the windows need no cleaning."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        most: int = settings.API_REQUESTS_PER_MINUTE
        if most:
            self.seconds = windows.wait(str(request.user.pk), most)
        return not self.seconds

    def wait(self) -> float:
        return ceil(self.seconds)
