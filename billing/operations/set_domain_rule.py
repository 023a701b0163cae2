"""Say which domains' addresses may join a customer and come in."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import Customer
from billing.calc.domains import domain_of, joined_domains
from billing.models import DomainRule
from kernel.refusal import Refusal


class LocksYouOut(Refusal):
    code = "domain_rule_locks_you_out"


class NoDomain(Refusal):
    code = "domain_rule_without_domain"


@transaction.atomic
def set_domain_rule(
    *, customer_id: UUID, domains: list[str], is_enforced: bool, by: User, at: datetime
) -> DomainRule:
    """
    Keep the domains, and whether they are all that may come in. Who is in stays a member.

    :raises NoDomain: if nobody could come in
    :raises LocksYouOut: if the person who sets it could not come in again
    """
    Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    if is_enforced and not domains:
        raise NoDomain("Name at least one domain, or let every address in.")
    if is_enforced and domain_of(by.email) not in domains:
        raise LocksYouOut(
            f"Your own address {by.email} is not of {joined_domains(domains)}: you could not sign in "
            "again. Add its domain."
        )
    rule, _ = DomainRule.objects.update_or_create(
        customer_id=customer_id,
        defaults={
            "domains": domains, "is_enforced": is_enforced, "changed_by": by, "changed_at": at,
        },
    )  # fmt: skip
    return rule
