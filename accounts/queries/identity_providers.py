"""Which issuer of identities vouches for whom."""

from uuid import UUID

from allauth.socialaccount.models import SocialApp

from accounts.gateways.sealed import unseal
from accounts.models import CustomerIdentityProvider

PURPOSE = "client secret of a customer's issuer"
PREFIX = "customer-"


def provider_of_address(email: str) -> CustomerIdentityProvider | None:
    """The active issuer of the customer whose domain an address is of."""
    domain = email.rpartition("@")[2].strip().lower()
    found = CustomerIdentityProvider.objects.filter(domains__domain=domain, is_active=True)
    return found.select_related("customer").first()


def customer_provider(provider_id: str) -> CustomerIdentityProvider | None:
    """The active issuer by its name in addresses; None for our own, and for what is none."""
    if not provider_id.startswith(PREFIX):
        return None
    try:
        key = UUID(provider_id.removeprefix(PREFIX))
    except ValueError:
        return None
    found = CustomerIdentityProvider.objects.filter(pk=key, is_active=True)
    return found.select_related("customer").first()


def app_of(provider: CustomerIdentityProvider) -> SocialApp:
    """The issuer as allauth knows it; not saved, so that its secret stays sealed in our table."""
    return SocialApp(
        provider="openid_connect",
        provider_id=provider.provider_id,
        name=provider.customer.legal_name,
        client_id=provider.client_id,
        secret=unseal(provider.sealed_secret, purpose=PURPOSE),
        settings={"server_url": provider.issuer.rstrip("/"), "oauth_pkce_enabled": True},
    )
