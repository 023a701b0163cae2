"""Addresses that may be registered for webhooks, taken apart once for everybody who needs them."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from billing.calc.public_address import is_public
from kernel.refusal import Refusal

PORTS = (443, 8443)
LONGEST = 500
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]+")
VISIBLE = re.compile(r"[!-~]+")


class WebhookUrlRefused(Refusal):
    code = "webhook_url_refused"


@dataclass(frozen=True, slots=True)
class Target:
    """`path` with its query; `authority` as the Host header has it."""

    is_encrypted: bool
    host: str
    port: int
    path: str
    authority: str


def read_url(url: str, *, allow_private: bool = False) -> Target:
    """
    An https address of a public host. What its name leads to is looked up when it is sent to.

    :raises WebhookUrlRefused: if it is no such address; says what to write
    """
    if len(url) > LONGEST or not VISIBLE.fullmatch(url):
        raise WebhookUrlRefused(
            f"Write an address of at most {LONGEST} characters, without blanks; encode others."
        )
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise WebhookUrlRefused("This is no address.") from None
    schemes = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in schemes or not HOST.fullmatch(host):
        raise WebhookUrlRefused("Write an address that begins with https:// and names a host.")
    if "@" in parts.netloc or "#" in url or "\\" in url:
        raise WebhookUrlRefused("Leave out user names, passwords and everything after #.")
    usual = 443 if parts.scheme == "https" else 80
    if not allow_private:
        check_public(host, port or usual)
    return Target(
        is_encrypted=parts.scheme == "https",
        host=host,
        port=port or usual,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        authority=parts.netloc.lower(),
    )


def check_public(host: str, port: int) -> None:
    if port not in PORTS:
        raise WebhookUrlRefused(f"Use port {' or '.join(str(one) for one in PORTS)}.")
    try:
        ip_address(host)
    except ValueError:
        is_inside = "." not in host or host.endswith((".localhost", ".local", ".internal"))
        if is_inside or host.rsplit(".", 1)[-1].isdigit():
            raise WebhookUrlRefused("Name a host of the public internet.") from None
        return
    if not is_public(host):
        raise WebhookUrlRefused("Name a host of the public internet.")
