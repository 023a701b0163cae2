"""Whether the process lives, and whether it may be sent requests. Neither says anything of anybody."""

import logging
from functools import cache

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)
WAIT_SECONDS = 0.5


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. It asks nobody else: a database that is away is no reason to restart it."""
    return JsonResponse({"status": "alive"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """
    200 when requests can be served: the database answers and has every migration.

    Redis only lends hands, so without it we are `degraded` and still ready.
    """
    found = {"database": database(), "migrations": "unknown", "redis": redis_server()}
    if found["database"] == "ok":
        found["migrations"] = migrations()
    is_ready = found["database"] == found["migrations"] == "ok"
    status = "ready" if is_ready else "unready"
    if is_ready and found["redis"] != "ok":
        status = "degraded"
    return JsonResponse({"status": status, **found}, status=200 if is_ready else 503)


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.warning("Not ready: the database does not answer.")
        return "away"
    return "ok"


def migrations() -> str:
    return "ok" if all_applied() else "behind"


def all_applied() -> bool:
    """Asked until it is so, then remembered: a running process loses no migration."""
    if is_applied.cache_info().currsize:
        return True
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    return is_applied()


@cache
def is_applied() -> bool:
    return True


def redis_server() -> str:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=WAIT_SECONDS,
            socket_connect_timeout=WAIT_SECONDS,
            retry=None,
        ) as server:
            server.ping()
    except (redis.RedisError, ValueError):
        return "away"
    return "ok"
