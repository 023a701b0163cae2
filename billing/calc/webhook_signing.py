"""Signatures of webhooks we send, after the Standard Webhooks specification (version v1)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with
SECRET_BYTES = 32
VERSION = "v1"


def secret_text(random_bytes: bytes) -> str:
    """A secret as its holder gets it: `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(random_bytes).decode()


def signed_headers(
    *, message_id: str, body: str, sent_at: datetime, secrets: Sequence[str]
) -> Mapping[str, str]:
    """One signature for each valid secret, apart by spaces: a receiver needs to know one of them."""
    seconds = str(int(sent_at.timestamp()))
    content = f"{message_id}.{seconds}.{body}".encode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"{VERSION},{sign(content, one)}" for one in secrets),
    }


def sign(content: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
