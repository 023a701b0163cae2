"""Say which domains a customer's issuer vouches for."""

from collections.abc import Collection

from django.db import IntegrityError, transaction

from accounts.models import CustomerIdentityProvider, IdentityDomain
from kernel.refusal import Refusal


class DomainOfAnother(Refusal):
    code = "domain_of_another_issuer"


def keep_identity_domains(*, provider: CustomerIdentityProvider, domains: Collection[str]) -> None:
    """
    These and no others, in lower case.

    :raises DomainOfAnother: a domain is of another customer's issuer; nothing changes then
    """
    wanted = {one.strip().lower() for one in domains if one.strip()}
    with transaction.atomic():
        for gone in provider.domains.exclude(domain__in=wanted):
            gone.delete()
        known = set(provider.domains.values_list("domain", flat=True))
        for domain in sorted(wanted - known):
            try:
                with transaction.atomic():
                    IdentityDomain.objects.create(provider=provider, domain=domain)
            except IntegrityError as error:
                if "identity_domain_of_one_provider" not in str(error):
                    raise
                raise DomainOfAnother(f"{domain} is of another customer's issuer.") from error
