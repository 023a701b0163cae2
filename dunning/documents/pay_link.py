"""The link to pay without sign-in: signed, about one case, good for some days."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from kernel.refusal import Refusal

SALT = "dunning.pay"
GOOD_FOR = timedelta(days=14)


class PayLinkWrong(Refusal):
    code = "pay_link_wrong"


class PayLinkExpired(Refusal):
    code = "pay_link_expired"


@dataclass(frozen=True, slots=True)
class PayLink:
    """What a link says: whose case, and until when it is good."""

    case_id: UUID
    until: datetime


def pay_url(*, case_id: UUID, at: datetime) -> str:
    """The whole address, good for 14 days from `at`."""
    return settings.BASE_URL.rstrip("/") + reverse("pay:case", args=[pay_token(case_id, at)])


def pay_token(case_id: UUID, at: datetime) -> str:
    until = int((at + GOOD_FOR).timestamp())
    return signing.dumps({"case": case_id.hex, "until": until}, salt=SALT)


def read_pay_token(*, token: str, at: datetime) -> PayLink:
    """
    What a link says.

    :raises PayLinkWrong: if it was not written by us
    :raises PayLinkExpired: if its days are over
    """
    try:
        said = signing.loads(token, salt=SALT)
        link = PayLink(UUID(hex=said["case"]), datetime.fromtimestamp(said["until"], UTC))
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise PayLinkWrong("This link is not complete. Open it from the message again.") from None
    if at > link.until:
        raise PayLinkExpired("This link has expired. Ask for a new one by replying to the message.")
    return link
