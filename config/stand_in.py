"""Where the stand-in for Stripe runs and how the others find it. Only in development, only without a key."""

import socket
import sys
from importlib.util import find_spec

from config.environment import Environment

KEY = "sk_test_standinstandinstandin"
SECRET = "whsec_standin"  # noqa: S105 - signs webhooks of a process on this machine
STATE = "stripe-stand-in.pickle"


def is_wanted(environment: Environment) -> bool:
    """A key means the real Stripe; production and installs without development tools do without."""
    return not (
        environment.stripe_api_key or environment.is_production or find_spec("localstripe") is None
    )


def free_port() -> int:
    """A loopback port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def variables(port: int) -> dict[str, str]:
    """What web and worker must know to find it, in the environment's own words."""
    return {
        "STRIPE_API_KEY": KEY,
        "STRIPE_API_BASE": f"http://127.0.0.1:{port}",
        "STRIPE_WEBHOOK_SECRETS": f'["{SECRET}"]',
    }


def command(environment: Environment, told: dict[str, str]) -> list[str]:
    """The process; it keeps what it knows below VAR_DIR and tells our own door of events."""
    return [
        *(sys.executable, "-m", "config.stripe_stand_in"),
        *("--port", told["STRIPE_API_BASE"].rpartition(":")[2]),
        *("--state", str(environment.var_dir / STATE)),
        *("--webhook", f"http://127.0.0.1:{environment.port}/webhooks/stripe"),
        *("--secret", SECRET),
    ]
