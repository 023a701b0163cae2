"""Give a product service a key for the API. The key is shown once; only its digest is kept."""

import hashlib
import secrets
from collections.abc import Sequence

from accounts.models import ApiClient

PREFIX, SANDBOX_PREFIX = "sl_", "sl_test_"


def key_digest(key: str) -> str:
    """SHA-256 in hexadecimal. Keys hold 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).hexdigest()


def issue_api_key(
    *,
    name: str,
    scopes: Sequence[str],
    is_sandbox: bool = False,
    requests_per_minute: int | None = None,
) -> tuple[ApiClient, str]:
    """
    A new client and its key in clear, for the only time.

    A sandbox key (`sl_test_…`) meets the sandbox database and nothing else, for good.
    """
    prefix = SANDBOX_PREFIX if is_sandbox else PREFIX
    key = prefix + secrets.token_urlsafe(32)
    client = ApiClient.objects.create(
        name=name, key_prefix=key[: min(len(prefix) + 5, 12)],
        key_digest=key_digest(key), scopes=list(scopes), is_sandbox=is_sandbox,
        requests_per_minute=requests_per_minute,
    )  # fmt: skip
    return client, key
