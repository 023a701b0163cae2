"""PostgreSQL and Redis from wheels, for development and tests. Production names its own servers."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.postgres_server import start_postgres, stop_postgres
from config.embedded.redis_server import start_redis, stop_redis
from config.environment import read_environment


def ensure_services() -> None:
    """
    Start what the environment does not name, and name it in DATABASE_URL and REDIS_URL.

    Servers outlive the process that starts them, so that web, worker and commands share them;
    `stop_services` ends them. A start that was killed leaves nothing that blocks the next one.
    """
    environment = read_environment()
    if environment.database_url and environment.redis_url:
        return
    with start_lock(environment.var_dir):
        (environment.var_dir / "static").mkdir(exist_ok=True)
        if not environment.database_url:
            os.environ["DATABASE_URL"] = start_postgres(environment.var_dir)
        if not environment.redis_url:
            os.environ["REDIS_URL"] = start_redis(environment.var_dir)


@contextmanager
def start_lock(var_dir: Path) -> Iterator[None]:
    """One process starts the servers; the lock dies with its holder."""
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        lock = (var_dir / "services.lock").open("w")
    except PermissionError as error:
        raise SystemExit(
            f"VAR_DIR: {error.filename} belongs to another user; "
            "sign in as that user, or set VAR_DIR to a folder of your own"
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def stop_services() -> None:
    """Stop the embedded servers below VAR_DIR, where they run."""
    var_dir = read_environment().var_dir
    stop_postgres(var_dir)
    stop_redis(var_dir)
