"""`make chaos`: a seeded campaign of faults against the product's own processes. Exit 1 on any finding."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.processes import House
from tests.database import fill

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main() -> int:
    asked = arguments()
    var_dir = Path(asked.var_dir or tempfile.mkdtemp(prefix="seatledger-chaos-"))
    house = House(var_dir, tells_products=not asked.short)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    house.open()
    try:
        status = campaign(asked, house)
    finally:
        house.close()
    if not status and not asked.var_dir:
        shutil.rmtree(var_dir)  # nothing to look at
    return status


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--seconds", type=float, default=0, help="begin no fault after so long")
    parser.add_argument("--only", default="", help="kinds of fault whose name holds this")
    parser.add_argument("--short", action="store_true", help="one fault of each family, in order")
    parser.add_argument("--schema", default="", help="a dump to begin with, to migrate less")
    parser.add_argument("--var-dir", default="", help="an empty or new folder; it is emptied")
    return parser.parse_args()


def campaign(asked: argparse.Namespace, house: House) -> int:
    os.environ |= {
        "VAR_DIR": str(house.var_dir),
        "DATABASE_URL": house.database_url,
        "REDIS_URL": house.redis_url,
        "LOG_LEVEL": "WARNING",
    }
    if asked.schema:
        fill(house.database_url, Path(asked.schema).read_bytes())
    house.manage("migrate", "--verbosity", "0")
    import django  # noqa: PLC0415 - the settings read the servers' addresses

    django.setup()
    from tests.chaos.start import start  # noqa: PLC0415 - models need Django set up

    return start(asked, house)


if __name__ == "__main__":
    sys.exit(main())
