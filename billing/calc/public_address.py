"""Whether an internet address belongs to the public: what webhooks may be sent to."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # NAT64: IPv4 inside
COMPATIBLE = IPv6Network("::/96")  # IPv4 in the last bits, from before 2006

SET_APART = (
    IPv4Network("168.63.129.16/32"),  # a cloud's own services, though its number looks public
    IPv4Network("192.88.99.0/24"),  # relays to IPv6 that nobody runs any more
)


def is_public(text: str) -> bool:
    """
    Addresses of private networks, of this machine and its link, of groups, tests and clouds'
    metadata are not; nor is an IPv6 address that leads to such an IPv4 address.
    """
    try:
        address = ip_address(text)
    except ValueError:  # also with a zone that no address of the public has
        return False
    return all(is_global(one) for one in (address, *inner(address)))


def is_global(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    is_set_apart = (
        any(address in one for one in SET_APART) or address.is_multicast or address.is_reserved
    )
    leads_inward = isinstance(address, IPv6Address) and any(address in one for one in TRANSLATED)
    return leads_inward or (address.is_global and not is_set_apart)


def inner(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses an IPv6 address wraps: mapped, compatible, 6to4, Teredo and NAT64."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in one for one in (*TRANSLATED, COMPATIBLE)):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]
