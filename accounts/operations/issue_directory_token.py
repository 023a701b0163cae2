"""Give a customer's directory a token for SCIM. It is shown once; only its digest is kept."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import DirectoryToken
from accounts.operations.issue_api_key import key_digest
from accounts.queries.directory import has_expired
from kernel.refusal import Refusal

PREFIX = "sl_scim_"
SHOWN_CHARACTERS = 12
MOST_TOKENS = 5


class TooManyTokens(Refusal):
    code = "directory_too_many_tokens"


def issue_directory_token(
    *, customer_id: UUID, name: str, days: int | None = None, by_id: int | None = None, at: datetime
) -> tuple[DirectoryToken, str]:
    """
    A new token and its text in clear, for the only time. `days` None: it never expires.

    :raises TooManyTokens: if the customer holds as many working ones as anybody needs
    """
    tokens = DirectoryToken.objects.filter(customer=customer_id, revoked_at=None)
    if sum(1 for one in tokens if not has_expired(one, at)) >= MOST_TOKENS:
        raise TooManyTokens(f"There are {MOST_TOKENS} tokens already. Revoke one that is not used.")
    text = PREFIX + secrets.token_urlsafe(32)
    token = DirectoryToken.objects.create(
        customer_id=customer_id,
        name=name,
        token_prefix=text[:SHOWN_CHARACTERS],
        token_digest=key_digest(text),
        created_by_id=by_id,
        created_at=at,
        expires_at=None if days is None else at + timedelta(days=days),
    )
    return token, text
