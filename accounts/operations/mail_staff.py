"""Write to colleagues about something that waits on the desk. Called outside transactions."""

import logging
from collections.abc import Iterable

from django.core.mail import send_mail

logger = logging.getLogger(__name__)


def mail_staff(*, addresses: Iterable[str], subject: str, text: str) -> None:
    """One mail to each; one that does not go out is in the log, and the desk shows what it is about."""
    for address in addresses:
        try:
            send_mail(subject, text, None, [address])
        except OSError:
            logger.exception("“%s” was not sent to %s", subject, address)
