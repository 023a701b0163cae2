"""How many requests a minute one API key may send, counted over all processes in Redis."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil
from threading import Lock
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60
WAIT_SECONDS = 0.05  # for Redis; it answers within a millisecond or is away
MOST_AT_ONCE = 100
# A process takes many permits at once while there are plenty, single ones near the limit.
TAKE = """
local limit, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local left = math.max(0, limit - tonumber(redis.call('GET', KEYS[1]) or '0'))
local taken = math.min(left, math.max(1, math.min(most, math.floor(left / 50))))
redis.call('INCRBY', KEYS[1], taken)
local wait = redis.call('PTTL', KEYS[1])
if wait < 0 then
  wait = tonumber(ARGV[3])
  redis.call('PEXPIRE', KEYS[1], wait)
end
return {taken, left - taken, wait}
"""


@dataclass(frozen=True, slots=True)
class RateState:
    """Where a key stands in its running minute. `limit` 0: it may send as many as it likes."""

    limit: int
    remaining: int
    reset_seconds: int
    is_allowed: bool


UNLIMITED = RateState(limit=0, remaining=0, reset_seconds=0, is_allowed=True)


@dataclass(slots=True)
class Lease:
    """Requests of the window that this process may still let in: `free` of them, `left` elsewhere."""

    limit: int
    ends: float
    free: int
    left: int

    def state(self, now: float, *, is_allowed: bool) -> RateState:
        wait = max(1, ceil(self.ends - now))
        return RateState(self.limit, self.free + self.left, wait, is_allowed)


Take = Callable[[str, int], tuple[int, int, float]]


class Meter:
    """
    Counts requests by key. `take` hands out permits of all processes; without it, of this one.

    Redis away never refuses a request: the process then grants itself a whole window, and says so.
    """

    def __init__(self, take: Take, clock: Callable[[], float] = time.monotonic) -> None:
        self.take, self.clock, self.lock = take, clock, Lock()
        self.leases: dict[str, Lease] = {}

    def count(self, key: str, limit: int) -> RateState:
        now = self.clock()
        with self.lock:
            lease = self.running(key, limit, now)
            if lease and (lease.free or not lease.left):
                return spend(lease, now)
        try:
            taken, left, seconds = self.take(key, limit)
            is_shared = True
        except redis.RedisError as problem:
            logger.warning("Redis is away; this process counts requests by itself: %s", problem)
            taken, left, seconds, is_shared = limit, 0, float(WINDOW_SECONDS), False
        with self.lock:
            lease = self.running(key, limit, now)
            if lease is None:
                lease = self.leases[key] = Lease(limit, now + seconds, taken, left)
            elif is_shared:  # another thread took some meanwhile
                lease.free, lease.left = lease.free + taken, min(lease.left, left)
            else:
                lease.left = 0
            return spend(lease, now)

    def running(self, key: str, limit: int, now: float) -> Lease | None:
        """A lease of an earlier window or another limit is none."""
        lease = self.leases.get(key)
        return lease if lease and now < lease.ends and lease.limit == limit else None


def spend(lease: Lease, now: float) -> RateState:
    if not lease.free:
        return lease.state(now, is_allowed=False)
    lease.free -= 1
    return lease.state(now, is_allowed=True)


@cache
def taking() -> Any:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=WAIT_SECONDS,
        socket_connect_timeout=WAIT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    return client.register_script(TAKE)


def take_from_redis(key: str, limit: int) -> tuple[int, int, float]:
    """Permits taken, left for everybody, and the seconds until the window ends."""
    taken, left, wait_ms = taking()(
        keys=[f"requests:{key}"], args=[limit, MOST_AT_ONCE, WINDOW_SECONDS * 1000]
    )
    return taken, left, wait_ms / 1000


meter = Meter(take_from_redis)


def count_request(client_id: UUID | str, limit: int | None) -> RateState:
    """Count one request of a client; `limit` is its own, None the setting's, 0 none at all."""
    most: int = settings.API_REQUESTS_PER_MINUTE if limit is None else limit
    return meter.count(str(client_id), most) if most else UNLIMITED


def rate_headers(state: RateState) -> dict[str, str]:
    """The fields of draft-ietf-httpapi-ratelimit-headers; none where nothing is limited."""
    if not state.limit:
        return {}
    return {
        "RateLimit-Policy": f'"key";q={state.limit};w={WINDOW_SECONDS}',
        "RateLimit": f'"key";r={state.remaining};t={state.reset_seconds}',
    }


class KeyThrottle(BaseThrottle):
    """Too many is 429 with Retry-After. `ApiView` puts the state into the headers of every answer."""

    state = UNLIMITED

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit = getattr(request.user, "requests_per_minute", None)
        self.state = count_request(str(request.user.pk), limit)
        request._request.rate_state = self.state  # type: ignore[attr-defined]
        return self.state.is_allowed

    def wait(self) -> float:
        return self.state.reset_seconds
