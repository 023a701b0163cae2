"""A customer by the name a caller has for it."""

from uuid import UUID

from accounts.models import Customer


def find_customer(key: str) -> Customer | None:
    """Its own external id wins over an id of ours that looks the same."""
    named = Customer.objects.filter(external_id=key).first()
    if named is not None:
        return named
    try:
        return Customer.objects.filter(pk=UUID(key)).first()
    except ValueError:
        return None
