"""Transfer who pays. Who uses is untouched: groups, memberships and seats keep their state."""

from uuid import UUID

from django.db import transaction

from accounts.models import BillingOwner, Customer
from kernel.refusal import Refusal


class OwnerUnknown(Refusal):
    code = "billing_owner_unknown"


@transaction.atomic
def transfer_ownership(*, customer_id: UUID, to_owner_id: UUID) -> BillingOwner:
    """
    Make another billing owner of the customer its primary one.

    :raises OwnerUnknown: if the person is not a billing owner of this customer
    """
    Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    owners = BillingOwner.objects.filter(customer=customer_id)
    new = owners.filter(pk=to_owner_id).first()
    if new is None:
        raise OwnerUnknown("Only a billing owner of the customer can become its primary one.")
    for owner in owners.filter(is_primary=True).exclude(pk=to_owner_id):
        owner.is_primary = False
        owner.save(update_fields=["is_primary"])
    new.is_primary = True
    new.save(update_fields=["is_primary"])
    return new
