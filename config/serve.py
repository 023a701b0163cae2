"""Web, worker and beat under one foreground command. If one dies, all stop, and it says which."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from config.embedded import ensure_services, stop_services
from config.environment import read_environment

GRACE_SECONDS = 15
BIN = Path(sys.executable).parent


def commands(port: int, var_dir: Path) -> dict[str, list[str]]:
    celery = [str(BIN / "celery"), "--app", "config.celery", "--quiet"]
    return {
        "web": [
            *(str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "2", "--backlog", "256", "--no-ws"),
            *("--log-level", "warning", "config.wsgi:application"),
        ],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "warning"],
        "beat": [
            *(*celery, "beat", "--loglevel", "warning", "--pidfile", ""),
            *("--schedule", str(var_dir / "beat-schedule")),
        ],
    }


def serve() -> int:
    """Run until Ctrl-C, SIGTERM or the death of a child; returns the exit status."""
    environment = read_environment()
    if port_is_taken(environment.port):
        print(
            f"Port {environment.port} is taken. Stop what uses it, or choose another: PORT=8001 make run",
            file=sys.stderr,
        )
        return 1
    ensure_services()
    children = {
        name: start(name, command)
        for name, command in commands(environment.port, environment.var_dir).items()
    }
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())

    announce(environment.port, environment.var_dir)
    dead = wait_for_end(children, stopping)
    stop(children)
    stop_services()
    if dead:
        print(f"{dead} ended by itself; everything was stopped.", file=sys.stderr)
        return 1
    print("Stopped.")
    return 0


def port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def start(name: str, command: list[str]) -> subprocess.Popen[str]:
    """A child in a process group of its own, so that Ctrl-C reaches it only through us."""
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
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


def wait_for_end(
    children: dict[str, subprocess.Popen[str]], stopping: threading.Event
) -> str | None:
    """The name of a child that ended by itself, or None when asked to stop."""
    while not stopping.wait(0.3):
        for name, child in children.items():
            if child.poll() is not None:
                return name
    return None


def stop(children: dict[str, subprocess.Popen[str]]) -> None:
    """Ask all to stop, wait, and kill what does not."""
    for child in children.values():
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


if __name__ == "__main__":
    sys.exit(serve())
