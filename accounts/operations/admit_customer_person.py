"""Decide who a person is that a customer's own issuer of identities vouches for."""

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import transaction

from accounts.enums import MembershipState
from accounts.models import BillingOwner, CustomerIdentityProvider, Grantee
from accounts.operations.admit_person import (
    Claims,
    IdentityTaken,
    PersonDeactivated,
    PersonOutside,
    PersonUnknown,
)
from accounts.operations.person_with_address import (
    AddressOfStaff,
    people_with_address,
    person_with_address,
)


@transaction.atomic
def admit_customer_person(
    *, known: User | None, claims: Claims, provider: CustomerIdentityProvider
) -> User:
    """
    The person behind these claims. Nobody is made but whom the customer already has by that address.

    `known` is whom an earlier sign-in linked to this identity.

    :raises PersonOutside: the address is of none of the domains that staff gave this issuer
    :raises PersonUnknown: no verified address that the customer has
    :raises IdentityTaken: the person signs in with another identity of the same issuer
    :raises AddressOfStaff: a customer's issuer never vouches for our staff
    :raises PersonDeactivated: the account is switched off
    """
    domains = set(provider.domains.values_list("domain", flat=True))
    address = claims.email.lower()
    if address.rpartition("@")[2] not in domains:
        raise PersonOutside("Your address is of a company that cannot sign in here.")
    user = known or found_by_address(address, claims, provider)
    if user.is_staff:
        raise AddressOfStaff("Members of our staff sign in elsewhere.")
    if not user.is_active:
        raise PersonDeactivated("Your account is switched off. Ask your billing owner.")
    return user


def found_by_address(address: str, claims: Claims, provider: CustomerIdentityProvider) -> User:
    """By an address the issuer has verified: an account, or somebody the customer invited or listed."""
    if not claims.email_verified:
        raise PersonUnknown(
            "Your company did not say that your address is yours. Ask who looks after accounts there."
        )
    found = people_with_address(address)
    if not found:
        return first_time(address, provider)
    taken = SocialAccount.objects.filter(user=found[0], provider=provider.provider_id)
    if len(found) > 1 or taken.exists():
        raise IdentityTaken("Your account belongs to another identity. Ask your billing owner.")
    return found[0]


def first_time(address: str, provider: CustomerIdentityProvider) -> User:
    """An account for somebody the customer knows by that address and who never signed in."""
    seated = Grantee.objects.filter(
        email__iexact=address, user=None,
        memberships__customer=provider.customer_id, memberships__state=MembershipState.ACTIVE,
    ).distinct()  # fmt: skip
    paying = BillingOwner.objects.filter(
        email__iexact=address, user=None, customer=provider.customer_id, manages_billing=True
    )
    people: list[Grantee | BillingOwner] = [*seated, *paying]
    if not people:
        raise PersonUnknown("Your company has nobody with your address here. Ask to be invited.")
    user = person_with_address(email=address, name=people[0].name)
    for one in people:
        one.user = user
        one.save(update_fields=["user"])
    return user
