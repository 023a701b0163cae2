"""End a directory's token at once. What the directory told before stays as it is."""

from datetime import datetime
from uuid import UUID

from accounts.models import DirectoryToken
from kernel.refusal import Refusal


class TokenUnknown(Refusal):
    code = "directory_token_unknown"


def revoke_directory_token(*, customer_id: UUID, token_id: UUID, at: datetime) -> DirectoryToken:
    """
    Revoking twice changes nothing.

    :raises TokenUnknown: if the customer has no such token
    """
    token = DirectoryToken.objects.filter(customer=customer_id, pk=token_id).first()
    if token is None:
        raise TokenUnknown("There is no such token. Look at the list again.")
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
    return token
