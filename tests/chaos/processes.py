"""The product as it runs: its servers below a folder of their own, its processes behind the wires."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from config.embedded.postgres_server import DATABASE, start_postgres, stop_postgres
from config.embedded.redis_server import redis_socket, start_redis, stop_redis
from config.environment import BASE_DIR
from config.serve import SERVED_BELOW, commands, end_leftovers
from tests.chaos.listener import Listener
from tests.chaos.post_office import PostOffice
from tests.chaos.stripe_door import KEY, SECRET, StripeDoor
from tests.chaos.wire import Wire, unix_socket_of_postgres

READY_SECONDS = 90
STRIPE_SECONDS = 3  # how long the product waits for an answer
RECEIVER_SECONDS = 3  # and for a receiver of its webhooks
SUPERVISED = ("web", "worker", "messenger")
ROLES = (*SUPERVISED, "run")


class Child:
    """A process of the product in a group of its own, its words in a file."""

    def __init__(
        self, name: str, command: list[str], environment: dict[str, str], log: Path
    ) -> None:
        self.name = name
        self.log = log.open("ab")
        self.process = subprocess.Popen(
            command, cwd=BASE_DIR, env=environment, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """As the power of its machine: the whole group, without a word."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def kill_one_hand(self) -> None:
        """One process of its pool, the youngest; the whole where there is no pool."""
        try:
            hands = psutil.Process(self.process.pid).children(recursive=True)
            os.kill(max(hands, key=lambda one: one.create_time()).pid, signal.SIGKILL)
        except (ValueError, psutil.NoSuchProcess, ProcessLookupError):
            self.kill()

    def wait(self, seconds: float) -> int | None:
        """Its exit status, or None when it still runs after that time."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.wait(8)
        self.kill()
        self.process.wait()
        self.log.close()


class House:
    """Servers, wires and children of one campaign."""

    def __init__(self, var_dir: Path, *, tells_products: bool = True) -> None:
        self.var_dir = var_dir
        self.supervised = SUPERVISED if tells_products else SUPERVISED[:2]
        self.logs = var_dir / "logs"
        self.children: dict[str, Child] = {}
        self.database_url = self.redis_url = ""
        self.postgres: dict[str, Wire] = {}
        self.redis: Wire
        self.port = free_port()
        self.stripe: StripeDoor
        self.mail = PostOffice()
        self.listener = Listener()

    def open(self) -> None:
        """Fresh servers, and a wire to PostgreSQL for each role. What a killed campaign left is ended."""
        end_leftovers(self.var_dir)
        self.stop_servers()
        with suppress(FileNotFoundError):
            shutil.rmtree(self.var_dir)
        self.logs.mkdir(parents=True)
        (self.var_dir / "static").mkdir()
        self.start_servers()
        server = unix_socket_of_postgres(self.database_url)
        self.postgres = {role: Wire(role, server) for role in ROLES}
        self.redis = Wire("redis", self.redis_url.removeprefix("unix://"))
        self.stripe = StripeDoor(upstream=free_port())

    def start_servers(self) -> None:
        self.database_url = start_postgres(self.var_dir)
        self.redis_url = start_redis(self.var_dir)

    def close(self) -> None:
        for child in self.children.values():
            child.end()
        self.stop_servers()

    def stop_servers(self) -> None:
        stop_postgres(self.var_dir)
        stop_redis(self.var_dir)

    def environment(self, role: str) -> dict[str, str]:
        database = f"postgresql://postgres@127.0.0.1:{self.postgres[role].port}/{DATABASE}"
        return {
            **os.environ,
            "VAR_DIR": str(self.var_dir),
            "DATABASE_URL": f"{database}?sslmode=disable&gssencmode=disable",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            SERVED_BELOW: str(self.var_dir),
            "STRIPE_API_KEY": KEY,
            "STRIPE_API_BASE": f"http://127.0.0.1:{self.stripe.port}",
            "STRIPE_WEBHOOK_SECRETS": json.dumps([SECRET]),
            "STRIPE_TIMEOUT_SECONDS": str(STRIPE_SECONDS),
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.mail.port),
            "EMAIL_TIMEOUT_SECONDS": "5",
            "BASE_URL": f"http://127.0.0.1:{self.port}",
            "WEBHOOK_PRIVATE_TARGETS": "true",
            "WEBHOOK_TIMEOUT_SECONDS": str(RECEIVER_SECONDS),
        }

    def start(self, role: str) -> Child:
        """Web, worker or messenger, by the very command that `make serve` gives."""
        command = commands(self.port, self.var_dir)[role]
        self.children[role] = Child(
            role, command, self.environment(role), self.logs / f"{role}.log"
        )
        return self.children[role]

    def start_stripe(self) -> None:
        """The stand-in, which nobody kills: it is the world outside."""
        command = [
            *(sys.executable, "-m", "config.stripe_stand_in", "--port", str(self.stripe.upstream)),
            *("--state", str(self.var_dir / "stripe.pickle"), "--secret", SECRET),
            *("--webhook", f"http://127.0.0.1:{self.port}/webhooks/stripe"),
        ]
        environment = self.environment("web")
        self.children["stripe"] = Child("stripe", command, environment, self.logs / "stripe.log")
        await_port(self.stripe.upstream, self.logs / "stripe.log")

    def keep_up(self) -> list[str]:
        """What a supervisor does: whoever ended is started again. Names of the restarted."""
        ended = [r for r in self.supervised if r not in self.children or not self.children[r].lives]
        for role in ended:
            if role in self.children:
                self.children[role].kill()
            self.start(role)
        return ended

    def run_invoices(self, *arguments: str) -> Child:
        command = [sys.executable, "manage.py", "run_invoices", *arguments]
        return Child("run", command, self.environment("run"), self.logs / "run.log")

    def manage(self, *arguments: str) -> None:
        """One of the product's commands, straight to the servers; raises when it fails."""
        environment = {
            **os.environ, "VAR_DIR": str(self.var_dir), "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
        }  # fmt: skip
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=BASE_DIR, env=environment, check=True,
            stdin=subprocess.DEVNULL, timeout=300,
        )  # fmt: skip

    def await_web(self) -> None:
        await_port(self.port, self.logs / "web.log")

    def kill_postgres(self) -> None:
        """The whole server, as in a crash; it recovers from its log when started again."""
        pid_file = self.var_dir / "postgres" / "postmaster.pid"
        server = psutil.Process(int(pid_file.read_text().split()[0]))
        backends = server.children(recursive=True)
        server.kill()
        psutil.wait_procs([server, *backends], timeout=20)

    def redis_process(self) -> psutil.Process:
        return psutil.Process(int((self.var_dir / "redis" / "redis.pid").read_text()))

    def kill_redis(self) -> None:
        server = self.redis_process()
        server.kill()
        with suppress(psutil.TimeoutExpired):
            server.wait(10)
        redis_socket(self.var_dir / "redis").unlink(missing_ok=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def port_answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def await_port(port: int, log: Path) -> None:
    """:raises RuntimeError: if nobody answers in time"""
    deadline = time.monotonic() + READY_SECONDS
    while not port_answers(port):
        if time.monotonic() > deadline:
            raise RuntimeError(f"nobody answers at port {port}; see {log}")
        time.sleep(0.1)
