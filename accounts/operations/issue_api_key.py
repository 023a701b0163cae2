"""Give a product service a key for the API. The key is shown once; only its digest is kept."""

import hashlib
import secrets
from collections.abc import Sequence

from accounts.models import ApiClient

PREFIX = "sl_"


def key_digest(key: str) -> str:
    """SHA-256 in hexadecimal. Keys hold 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).hexdigest()


def issue_api_key(*, name: str, scopes: Sequence[str]) -> tuple[ApiClient, str]:
    """A new client and its key in clear, for the only time."""
    key = PREFIX + secrets.token_urlsafe(32)
    client = ApiClient.objects.create(
        name=name, key_prefix=key[:8], key_digest=key_digest(key), scopes=list(scopes)
    )
    return client, key
