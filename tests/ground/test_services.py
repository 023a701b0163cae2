"""Embedded servers: a second start keeps the data, a killed one blocks nothing, one command stops all."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded.postgres_server import await_or_forget
from config.environment import BASE_DIR
from tests.database import fill

PYTHON = sys.executable
START = """
import os
from config.embedded import ensure_services
ensure_services()
print(os.environ["DATABASE_URL"])
print(os.environ["REDIS_URL"])
"""


class Servers:
    """The servers below a folder, started and stopped by processes of their own."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        self.environment = {**kept, "VAR_DIR": str(var_dir), "PYTHONPATH": str(BASE_DIR)}

    def run(self, code: str) -> list[str]:
        done = subprocess.run(
            [PYTHON, "-c", code], env=self.environment, cwd=BASE_DIR, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.split()

    def start(self) -> tuple[str, redis.Redis]:
        database, address = self.run(START)
        return database, redis.Redis(unix_socket_path=address.removeprefix("unix://"))

    def stop(self) -> None:
        self.run("from config.embedded import stop_services; stop_services()")


@pytest.fixture
def servers(tmp_path_factory):
    servers = Servers(tmp_path_factory.mktemp("v"))
    yield servers
    servers.stop()


def test_a_second_start_finds_the_data_and_killed_servers_do_not_block_the_next(servers):
    database, cache = servers.start()
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    cache.set("kept", "1")
    servers.stop()

    database, cache = servers.start()
    assert is_kept(database)
    assert cache.get("kept") == b"1"

    pid_file = servers.var_dir / "postgres" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    os.kill(cache.info()["process_id"], signal.SIGKILL)
    time.sleep(1)
    database, cache = servers.start()
    assert is_kept(database)
    assert cache.ping()


def is_kept(database: str) -> bool:
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


@pytest.mark.parametrize("left", ["", "1", "{ours}\n/somewhere/else\n", "999999\n"])
def test_what_a_crash_leaves_in_the_pid_file_is_not_taken_for_a_server(tmp_path, left):
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(left.format(ours=os.getpid()))
    stale_socket = tmp_path / ".s.PGSQL.5432"
    stale_socket.touch()

    await_or_forget(tmp_path)

    assert not pid_file.exists()
    assert not stale_socket.exists()


def test_a_half_made_cluster_is_made_again(servers):
    (servers.var_dir / "postgres" / "base").mkdir(parents=True)
    (servers.var_dir / "postgres-new-killed" / "base").mkdir(parents=True)

    database, _ = servers.start()

    assert psycopg.connect(database).info.dbname == "seatledger"
    assert not (servers.var_dir / "postgres-new-killed").exists()


def test_a_locale_the_machine_never_made_and_a_long_folder_do_not_matter(tmp_path_factory):
    servers = Servers(tmp_path_factory.mktemp("v") / ("long" * 30))
    servers.environment["LC_ALL"] = "xx_XX.UTF-8"

    database, cache = servers.start()

    try:
        assert psycopg.connect(database).info.dbname == "seatledger"
        assert cache.ping()
    finally:
        servers.stop()


def test_one_command_serves_also_after_it_was_killed_and_stops_everything_on_interrupt(
    servers, schema_dump
):
    database, _ = servers.start()
    port = free_port()
    fill(database, schema_dump)
    killed = serve(servers, port)
    killed.kill()
    killed.wait()

    serving = serve(servers, port)
    serving.send_signal(signal.SIGINT)
    output, _ = serving.communicate(timeout=40)

    assert output.rstrip().endswith("Stopped.")
    assert serving.returncode == 0
    assert not (servers.var_dir / "postgres" / "postmaster.pid").exists()
    assert not port_answers(port)


def serve(servers: Servers, port: int) -> subprocess.Popen:
    """The command once it said where it is, and answers there."""
    serving = subprocess.Popen(
        [PYTHON, "-m", "config.serve"], env={**servers.environment, "PORT": str(port)},
        cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert serving.stdout
    said = next((line for line in serving.stdout if "Seatledger is at" in line), "")
    assert f"http://127.0.0.1:{port}/" in said
    wait_until_it_answers(port)
    return serving


def test_a_taken_port_is_said_plainly(servers):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = subprocess.run(
            [PYTHON, "-m", "config.serve"], env={**servers.environment, "PORT": str(port)},
            cwd=BASE_DIR, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 60
    while not port_answers(port):
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.2)
