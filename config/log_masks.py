"""Keeps secrets and control characters out of the log, whoever writes them."""

import logging
import re

MASK = "…"
SECRETS = re.compile(
    r"""
    (?P<pay>/pay/)[^/\s"']+                          # the token of a link to pay
    | (?P<portal>/portal/(?:sign-in/link|ownership/link|invitations?)/)[^/\s"']+  # and of links to come in
    | (?P<onward>%2Fportal%2Finvitation%2F)(?:[^/\s"'&%]|%3A)+  # the page to return to
    | (?P<bearer>\bBearer\s+)[\w.~+/=-]+             # Authorization headers
    | (?P<key>\b(?:sl|sk|rk|pk|whsec)_(?:test_|live_)?)[A-Za-z0-9_-]{8,}  # keys, ours and Stripe's
    | (?P<named>\b(?:password|secret|token|sessionid|csrftoken|client_secret)["']?\s*[=:]\s*["']?)[^\s"'&;,]+
    """,
    re.VERBOSE | re.IGNORECASE,
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


def masked(text: str) -> str:
    """Secrets become an ellipsis behind what names them; control characters but tab and newline go."""
    return CONTROL.sub("�", SECRETS.sub(lambda found: found[found.lastgroup or 0] + MASK, text))


class MaskingFormatter(logging.Formatter):
    """The line as it would be written, masked: message, arguments and traceback alike."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """One line a message: a newline that came in with data must not begin an entry."""
        record.message = record.message.replace("\n", "\\n")
        return super().formatMessage(record)
