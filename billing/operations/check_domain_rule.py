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


def check_domain_rule(*, customer_id: UUID, email: str) -> None:
    """
    Nothing, where the customer has no rule in force or the address keeps to it. One query.

    :raises AddressForbidden: if only other domains may come in
    """
    rule = DomainRule.objects.filter(customer=customer_id, is_enforced=True).first()
    if rule is not None and domain_of(email) not in rule.domains:
        raise AddressForbidden(email, rule.domains)
