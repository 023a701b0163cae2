"""The Python client is made from the document, is typed throughout, and its example works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.seatworld import SeatWorld

CLIENT = Path(__file__).resolve().parents[2] / "clients" / "python"
PACKAGE = "seatledger_client"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with the package, as `make client` makes it."""
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    call_command("spectacular", "--format", "openapi-json", "--file", str(document))
    run(
        "openapi_python_client", "generate", "--path", document, "--meta", "none",
        "--config", CLIENT / "config.yaml", "--output-path", folder / PACKAGE, "--fail-on-warning",
    )  # fmt: skip
    return folder


def run(*arguments: object, folder: Path | None = None, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_client_and_its_example_are_typed_throughout(made):
    said = run(
        "mypy", "--config-file=", "--strict", "--cache-dir", made / "mypy", "-p", PACKAGE,
        folder=made,
    )  # fmt: skip
    assert "no issues found" in said

    said = run(
        "mypy", "--config-file=", "--strict", "--cache-dir", made / "mypy", CLIENT / "example.py",
        folder=made, MYPYPATH=str(made),
    )  # fmt: skip
    assert "no issues found" in said


def test_the_ten_lines_of_the_readme_work(made, committed_world: SeatWorld, live_server):
    source = (CLIENT / "example.py").read_text()

    said = subprocess.run(
        [sys.executable, CLIENT / "example.py"],
        capture_output=True, text=True, timeout=60, check=False,
        env={
            **os.environ, "PYTHONPATH": str(made), "SEATLEDGER": live_server.url,
            "SEATLEDGER_KEY": committed_world.key,
        },
    )  # fmt: skip

    assert said.stdout.splitlines()[0].startswith("acme team active {'member': {"), said.stderr
    assert len([line for line in source.splitlines() if line and "import" not in line]) <= 10
