"""Decide whose directory a token speaks for, and note that it was used."""

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.enums import CustomerStatus
from accounts.models import DirectoryToken
from accounts.operations.issue_api_key import key_digest
from accounts.queries.directory import has_expired

NOTED_EACH = timedelta(minutes=1)


def accept_directory_token(*, text: str, at: datetime) -> DirectoryToken | None:
    """The token with its customer; None if it is unknown, revoked, expired or its customer closed."""
    token = (
        DirectoryToken.objects.filter(token_digest=key_digest(text), revoked_at=None)
        .select_related("customer")
        .first()
    )
    if token is None or has_expired(token, at):
        return None
    if token.customer.status != CustomerStatus.ACTIVE:
        return None
    if token.used_at is None or token.used_at <= at - NOTED_EACH:
        not_newer = Q(used_at=None) | Q(used_at__lt=at)
        DirectoryToken.objects.filter(not_newer, pk=token.pk).update(used_at=at)
    return token
