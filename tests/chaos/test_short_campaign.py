"""A short campaign of real faults in every run of the tests. `make chaos` is the long one."""

import os
import subprocess
import sys

from config.environment import BASE_DIR

OWN = ("VAR_DIR", "DATABASE_URL", "REDIS_URL")  # the campaign has servers of its own


def test_a_dozen_faults_leave_nothing_wrong(tmp_path_factory, schema_dump):
    var_dir = tmp_path_factory.mktemp("chaos")
    schema = tmp_path_factory.mktemp("schema") / "dump.sql"
    schema.write_bytes(schema_dump)
    environment = {name: value for name, value in os.environ.items() if name not in OWN}

    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.chaos", "--short", "--faults", "12", "--seed", "1"),
            *("--seconds", "40", "--var-dir", str(var_dir), "--schema", str(schema)),
        ],
        cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Found:\n  nothing" in done.stdout
