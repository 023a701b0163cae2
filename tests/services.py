"""A pytest plugin: embedded services below a folder of the test run, before Django reads its settings."""

import os
from pathlib import Path

from config.embedded import ensure_services

TEST_VAR = Path(__file__).resolve().parent.parent / "var" / "test"

os.environ.setdefault("VAR_DIR", str(TEST_VAR))
os.environ.setdefault("STAFF_SECOND_FACTOR", "optional")  # tests of sign-in require it themselves
(Path(os.environ["VAR_DIR"]) / "static").mkdir(parents=True, exist_ok=True)
ensure_services()
