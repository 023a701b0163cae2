"""Register an address that hears of changes by webhook; exchange the secret its messages are signed with."""

import secrets as randomness
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.gateways.sealed import seal
from accounts.models import ApiClient
from accounts.queries.change_feed import horizon
from billing.calc.webhook_signing import SECRET_BYTES, secret_text
from billing.calc.webhook_url import read_url
from billing.models import WebhookEndpoint, WebhookSecret
from billing.operations.lock_endpoint import lock_endpoint
from kernel.refusal import Refusal

SEALED_FOR = "webhook secrets"
MOST = 20
BOTH_SIGN_FOR = timedelta(hours=24)


class EndpointExists(Refusal):
    code = "webhook_endpoint_exists"


class TooManyEndpoints(Refusal):
    code = "webhook_endpoints_too_many"


@transaction.atomic
def register_endpoint(
    *,
    client_id: UUID,
    url: str,
    kinds: Sequence[str] = (),
    description: str = "",
    allow_private: bool = False,
    at: datetime,
) -> tuple[WebhookEndpoint, str]:
    """
    The endpoint, which hears of what changes from now on, and its secret in clear for the only time.

    :raises WebhookUrlRefused: if messages cannot be sent to such an address
    :raises EndpointExists: if the client has registered it already
    :raises TooManyEndpoints: if the client has twenty
    """
    read_url(url, allow_private=allow_private)
    ApiClient.objects.select_for_update(no_key=True).get(pk=client_id)
    others = WebhookEndpoint.objects.filter(client_id=client_id, removed_at=None)
    if others.filter(url=url).exists():
        raise EndpointExists("This address is registered already. Remove it, or rotate its secret.")
    if others.count() >= MOST:
        raise TooManyEndpoints(f"A client has at most {MOST} endpoints. Remove one first.")
    place = horizon()
    endpoint = WebhookEndpoint.objects.create(
        client_id=client_id, url=url, kinds=sorted(set(kinds)), description=description,
        heard_xid=place.xid, heard_id=place.id, created_at=at,
    )  # fmt: skip
    return endpoint, add_secret(endpoint, at)


@transaction.atomic
def rotate_secret(*, endpoint_id: UUID, at: datetime) -> tuple[str, datetime]:
    """
    A new secret in clear, and until when the one before signs beside it.

    :raises EndpointMissing: if there is no such endpoint
    """
    endpoint = lock_endpoint(endpoint_id)
    until = at + BOTH_SIGN_FOR
    endpoint.secrets.filter(Q(valid_until=None) | Q(valid_until__gt=until)).update(
        valid_until=until
    )
    return add_secret(endpoint, at), until


def add_secret(endpoint: WebhookEndpoint, at: datetime) -> str:
    text = secret_text(randomness.token_bytes(SECRET_BYTES))
    sealed = seal(text, purpose=SEALED_FOR)
    WebhookSecret.objects.create(endpoint=endpoint, sealed=sealed, created_at=at)
    return text
