"""Which issuer of identities vouches for whom."""

from accounts.models import CustomerIdentityProvider


def provider_of_address(email: str) -> CustomerIdentityProvider | None:
    """The active issuer of the customer whose domain an address is of."""
    domain = email.rpartition("@")[2].strip().lower()
    return CustomerIdentityProvider.objects.filter(
        domains__domain=domain, is_active=True
    ).select_related("customer").first()  # fmt: skip
