"""Web, workers, beat and, without a key, a stand-in for Stripe. If one dies, all stop, and it says which."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from config import stand_in
from config.embedded import ensure_services, stop_services
from config.environment import Environment, read_environment
from config.metrics_folder import FOLDER, empty_folder

GRACE_SECONDS = 8
SERVED_BELOW = "SEATLEDGER_SERVED_BELOW"  # marks our children, also when we were killed
BIN = Path(sys.executable).parent


def commands(port: int, var_dir: Path) -> dict[str, list[str]]:
    celery = [str(BIN / "celery"), "--app", "config.celery", "--quiet"]
    return {
        "web": [
            *(str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "2", "--backlog", "256", "--no-ws"),
            *("--blocking-threads", "5"),  # each holds a database connection
            *("--backpressure", "64"),
            *("--log-level", "warning", "config.wsgi:application"),
        ],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "warning"],
        "messenger": [  # webhooks wait for receivers; nothing waits behind them
            *(*celery, "worker", "--pool", "solo", "--queues", "webhooks"),
            *("--hostname", "messenger@%h", "--loglevel", "warning"),
        ],
        "beat": [
            *(*celery, "beat", "--loglevel", "warning", "--pidfile", ""),
            *("--schedule", str(var_dir / "beat-schedule")),
        ],
    }


def serve() -> int:
    """Run until Ctrl-C, SIGTERM or the death of a child; returns the exit status."""
    environment = read_environment()
    environment.var_dir.mkdir(parents=True, exist_ok=True)
    with (environment.var_dir / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Seatledger already runs below {environment.var_dir}.", file=sys.stderr)
            return 1
        end_leftovers(environment.var_dir)
        return serve_alone(environment)


def serve_alone(environment: Environment) -> int:
    if port_is_taken(environment.port):
        print(
            f"Port {environment.port} is taken. Stop what uses it, or choose another: PORT=8001 make run",
            file=sys.stderr,
        )
        return 1
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    ensure_services()
    empty_folder(environment.var_dir / "metrics")
    children = start_children(environment)
    dead = wait_for_answer(environment.port, children, stopping)
    if not dead and not stopping.is_set():
        announce(environment.port, environment.var_dir)
        dead = wait_for_end(children, stopping)
    stop(children)
    stop_services()
    if dead:
        print(f"{dead} ended by itself; everything was stopped.", file=sys.stderr)
        return 1
    print("Stopped.")
    return 0


def start_children(environment: Environment) -> dict[str, subprocess.Popen[str]]:
    """Every process; the stand-in first, because the others are told where it is."""
    wanted = commands(environment.port, environment.var_dir)
    told: dict[str, str] = {}
    if stand_in.is_wanted(environment):
        told = stand_in.variables(stand_in.free_port())
        wanted = {"stripe": stand_in.command(environment, told), **wanted}
    return {name: start(name, command, told) for name, command in wanted.items()}


def end_leftovers(var_dir: Path) -> None:
    """End the children of an earlier supervisor that was killed before it could."""
    for process in psutil.process_iter():
        with suppress(psutil.AccessDenied, psutil.NoSuchProcess):
            if process.environ().get(SERVED_BELOW) == str(var_dir):
                process.kill()
                process.wait(GRACE_SECONDS)


def port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def start(name: str, command: list[str], told: dict[str, str]) -> subprocess.Popen[str]:
    """A child in a process group of its own, so that Ctrl-C reaches it only through us."""
    var_dir = read_environment().var_dir
    below = {SERVED_BELOW: str(var_dir), FOLDER: str(var_dir / "metrics")}
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **below, **told},
    )
    assert child.stdout
    threading.Thread(target=pass_on, args=(name, child.stdout), daemon=True).start()
    return child


def pass_on(name: str, lines: IO[str]) -> None:
    for line in lines:
        print(f"{name:>6} │ {line}", end="", flush=True)


def announce(port: int, var_dir: Path) -> None:
    print(f"\nSeatledger is at http://127.0.0.1:{port}/ (Ctrl-C stops it)")
    sign_ins = var_dir / "demo-sign-ins.txt"
    if sign_ins.exists():
        print(sign_ins.read_text())


def wait_for_answer(
    port: int, children: dict[str, subprocess.Popen[str]], stopping: threading.Event
) -> str | None:
    """Wait until the address can be opened; the name of a child that ended before."""
    while not stopping.wait(0.1) and not ended(children):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return None
    return ended(children) if not stopping.is_set() else None


def wait_for_end(
    children: dict[str, subprocess.Popen[str]], stopping: threading.Event
) -> str | None:
    """The name of a child that ended by itself, or None when asked to stop."""
    while not stopping.wait(0.3):
        if dead := ended(children):
            return dead
    return None


def ended(children: dict[str, subprocess.Popen[str]]) -> str | None:
    return next((name for name, child in children.items() if child.poll() is not None), None)


def stop(children: dict[str, subprocess.Popen[str]]) -> None:
    """Ask all to stop (each stops its own workers), wait, and kill what does not."""
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


if __name__ == "__main__":
    sys.exit(serve())
