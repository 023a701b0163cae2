"""The names of the rights that pages ask for. What a right means is in one place: here."""

from collections.abc import Callable

from accounts.queries.portal_rights import Rights

RIGHTS: dict[str, Callable[[Rights], bool]] = {
    "any": lambda rights: True,
    "billing": lambda rights: rights.manages_billing,
    "people": lambda rights: rights.may_manage_people,
    "owner": lambda rights: rights.is_owner,
}
