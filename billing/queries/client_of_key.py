"""Whose API key it is: asked with every request, so by a prepared statement."""

from django.db import connection

from accounts.models import ApiClient
from billing.records.prepared import run_prepared

COLUMNS = ("id", "name", "key_prefix", "scopes", "requests_per_minute", "is_sandbox")
CLIENT = f"""
SELECT {", ".join(COLUMNS)} FROM accounts_apiclient WHERE key_digest = $1 AND revoked_at IS NULL
"""


def client_of_key(key_digest: str) -> ApiClient | None:
    """The client whose key has this digest; None if there is none or it was revoked."""
    rows = run_prepared(CLIENT, [key_digest])
    return ApiClient.from_db(connection.alias, COLUMNS, rows[0]) if rows else None
