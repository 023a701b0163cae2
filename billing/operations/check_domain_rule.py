"""Whether a customer's domain rule lets an address in: asked when people join and when they come in."""

from uuid import UUID

from billing.calc.domains import domain_of, joined_domains
from billing.models import DomainRule
from kernel.refusal import Refusal


class AddressForbidden(Refusal):
    code = "address_outside_domains"

    def __init__(self, email: str, domains: list[str]) -> None:
        super().__init__(
            f"{email} cannot be used here: only addresses of {joined_domains(domains)} may. "
            "Sign in with such an address, or ask the person who invited you."
        )
        self.domains = domains


def enforced_domains(customer_id: UUID) -> list[str]:
    """The only domains that may come in; empty where every address may."""
    rule = DomainRule.objects.filter(customer=customer_id, is_enforced=True).first()
    return list(rule.domains) if rule else []


def check_domain_rule(*, customer_id: UUID, email: str) -> None:
    """
    Nothing, where the customer has no rule in force or the address keeps to it. One query.

    :raises AddressForbidden: if only other domains may come in
    """
    check_domain(email, enforced_domains(customer_id))


def check_domain(email: str, domains: list[str]) -> None:
    """
    :raises AddressForbidden: if there are domains and the address is of none of them
    """
    if domains and domain_of(email) not in domains:
        raise AddressForbidden(email, domains)
