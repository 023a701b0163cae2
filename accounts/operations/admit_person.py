"""Decide who a person is that the company's issuer of identities vouches for. Nobody is made here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User

from accounts.enums import StaffRole
from accounts.operations.end_sessions import end_sessions
from accounts.operations.match_staff_roles import RoleChange, match_staff_roles
from kernel.refusal import Refusal


class PersonUnknown(Refusal):
    code = "person_unknown"


class PersonOutside(Refusal):
    code = "person_outside_domains"


class PersonDeactivated(Refusal):
    code = "person_deactivated"


class IdentityTaken(Refusal):
    code = "identity_taken"


class PersonWithoutRole(Refusal):
    code = "person_without_role"

    def __init__(self, message: str, *, user: User, change: RoleChange) -> None:
        super().__init__(message)
        self.user, self.change = user, change


@dataclass(frozen=True, slots=True)
class Claims:
    """What the issuer says, after its signature, audience, nonce and time were checked."""

    email: str
    email_verified: bool
    groups: frozenset[str]

    @classmethod
    def read(cls, claims: Mapping[str, Any], *, group_claim: str) -> "Claims":
        groups = claims.get(group_claim, [])
        if isinstance(groups, str):
            groups = groups.split()
        return cls(
            email=str(claims.get("email") or "").strip(),
            email_verified=claims.get("email_verified") in (True, "true"),
            groups=frozenset(str(group) for group in groups),
        )


@dataclass(frozen=True, slots=True)
class Admitted:
    user: User
    change: RoleChange


def admit_person(
    *,
    known: User | None,
    claims: Claims,
    provider_id: str,
    domains: Collection[str],
    group_roles: Mapping[str, StaffRole],
) -> Admitted:
    """
    The member of staff behind these claims, with the roles their groups give.

    `known` is whom an earlier sign-in or an administrator linked to this identity.

    :raises PersonOutside: the address is of no domain that may sign in
    :raises PersonUnknown: no link, and no verified address that is one person's here
    :raises IdentityTaken: the person found by address is linked to another identity
    :raises PersonDeactivated: an administrator switched the person off
    :raises PersonWithoutRole: no group gives a role; the roles held before are gone
    """
    if claims.email.rpartition("@")[2].lower() not in {domain.lower() for domain in domains}:
        raise PersonOutside("Your address is of a company that cannot sign in here.")
    user = known or found_by_address(claims, provider_id)
    if not user.is_active:
        raise PersonDeactivated("Your account is switched off. Ask an administrator.")
    if not group_roles:
        return Admitted(user, RoleChange((), ()))
    roles = {group_roles[group] for group in claims.groups if group in group_roles}
    change = match_staff_roles(user=user, roles=roles)
    if not roles:
        end_sessions(user=user)
        raise PersonWithoutRole(
            "None of your groups gives a role here. Ask an administrator.", user=user, change=change
        )
    return Admitted(user, change)


def found_by_address(claims: Claims, provider_id: str) -> User:
    """By an address that the issuer itself has verified, and that one person alone has here."""
    found = list(User.objects.filter(email__iexact=claims.email)[:2]) if claims.email else []
    if not claims.email_verified or len(found) != 1:
        raise PersonUnknown(
            "Nobody here has your address. Ask an administrator to add you before you sign in."
        )
    if SocialAccount.objects.filter(user=found[0], provider=provider_id).exists():
        raise IdentityTaken(
            "Your account here belongs to another identity. Ask an administrator to unlink it."
        )
    return found[0]
