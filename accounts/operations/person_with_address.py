"""The person who signs in to the portal with an e-mail address; made when there is none."""

from django.contrib.auth.models import User
from django.db import transaction

from kernel.refusal import Refusal


class AddressOfStaff(Refusal):
    code = "address_of_staff"


class AddressOfSeveral(Refusal):
    code = "address_of_several"


@transaction.atomic
def person_with_address(*, email: str, name: str = "") -> User:
    """
    Called where it is known that the address belongs there: it was invited, or proved by its owner.

    A new person has no password and signs in by link. `name` as people write it: given name first.

    :raises AddressOfStaff: members of staff are not customers' people under the same address
    :raises AddressOfSeveral: more than one account has the address
    """
    address = email.strip().lower()
    known = people_with_address(address)
    if len(known) > 1:
        raise AddressOfSeveral(f"More than one account has the address {address}.")
    if known and known[0].is_staff:
        raise AddressOfStaff(f"{address} is a member of our staff. Use another address.")
    if known:
        return known[0]
    first, _, last = name.strip().rpartition(" ")
    person, _ = User.objects.get_or_create(
        username=address,
        defaults={"email": address, "first_name": first[:150], "last_name": last[:150]},
    )
    if not person.password:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return person


def people_with_address(address: str) -> list[User]:
    """Whose user name it is, or whose e-mail address."""
    named = User.objects.filter(username=address)
    return list(named.union(User.objects.filter(email__iexact=address))[:3])
