"""Who administers billing beside the billing owner: let somebody do it, and end it."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from accounts.enums import PortalMailKind
from accounts.models import BillingOwner, Customer
from accounts.operations.administer_billing import administer_billing, known_payer
from accounts.operations.person_with_address import person_with_address
from accounts.operations.queue_portal_mail import queue_portal_mail
from kernel.refusal import Refusal


class AdministersAlready(Refusal):
    code = "administers_billing_already"


class AdministersNoMore(Refusal):
    code = "administers_billing_no_more"


@transaction.atomic
def name_billing_administrator(
    *, customer_id: UUID, email: str, name: str, at: datetime
) -> BillingOwner:
    """
    The person may sign in and manage billing. Somebody who only received invoices goes on receiving.

    :raises AdministersAlready: nothing to do
    :raises AddressOfStaff: our staff administer no customer's billing this way
    """
    Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer_id)
    address = email.strip().lower()
    person = person_with_address(email=address, name=name)
    known = known_payer(customer_id=customer_id, person=person, email=address)
    if known and known.manages_billing and known.user_id:
        raise AdministersAlready(f"{known.name} manages billing already.")
    found = administer_billing(
        customer_id=customer_id, person=person, email=address, name=name.strip() or address
    )
    welcome(found, at=at)
    return found


@transaction.atomic
def end_billing_administration(*, customer_id: UUID, owner_id: UUID) -> BillingOwner:
    """
    The person sees no billing any more. What else they are, recipient or member, they stay.

    :raises AdministersNoMore: somebody was faster, or it is the billing owner
    """
    Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer_id)
    found = BillingOwner.objects.filter(
        customer=customer_id, pk=owner_id, manages_billing=True, is_primary=False
    ).first()  # fmt: skip
    if found is None:
        raise AdministersNoMore("This person does not administer billing any more.")
    found.manages_billing = False
    found.save(update_fields=["manages_billing"])
    return found


@transaction.atomic
def let_into_portal(*, owner_id: UUID, at: datetime) -> User:
    """
    Somebody who pays gets an account, and a mail that says how to sign in; again if asked again.

    :raises AddressOfStaff: our staff are not customers' people under the same address
    :raises AddressOfSeveral: more than one account has the address
    """
    owner = BillingOwner.objects.select_for_update(of=("self",)).get(pk=owner_id)
    if owner.user is None:
        owner.user = person_with_address(email=owner.email, name=owner.name)
        owner.save(update_fields=["user"])
    welcome(owner, at=at)
    return owner.user


def welcome(owner: BillingOwner, *, at: datetime) -> None:
    queue_portal_mail(
        kind=PortalMailKind.WELCOME,
        to=owner.email,
        language=owner.customer.language,
        path=reverse("portal:sign_in"),
        words={
            "name": owner.name,
            "customer": owner.customer.legal_name,
            "email": owner.email,
            "is_owner": owner.is_primary,
        },
        customer_id=owner.customer_id,
        at=at,
    )
