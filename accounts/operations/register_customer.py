"""Register a customer: the company, its first group and who pays."""

from datetime import datetime
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from accounts.models import BillingOwner, Customer, Group
from kernel.refusal import Refusal

EVERYONE = "everyone"


class CustomerExists(Refusal):
    code = "customer_exists"


class TimeZoneUnknown(Refusal):
    code = "time_zone_unknown"


@transaction.atomic
def register_customer(
    *,
    external_id: str,
    legal_name: str,
    country: str,
    currency: str,
    address_line1: str = "",
    address_line2: str = "",
    postal_code: str = "",
    city: str = "",
    region: str = "",
    language: str = "en",
    time_zone: str = "UTC",
    tax_number: str = "",
    is_business: bool = True,
    payment_terms_days: int = 30,
    paper: str = "A4",
    billing_owner_name: str = "",
    billing_owner_email: str = "",
    at: datetime,
) -> Customer:
    """
    A customer with one group for everyone, so that one person or a thousand need no other shape.

    :raises CustomerExists: if the external id is taken
    :raises TimeZoneUnknown: if the time zone is no IANA name
    """
    if time_zone not in available_timezones():
        raise TimeZoneUnknown(
            f"“{time_zone}” is not a time zone. Use an IANA name such as Europe/Berlin."
        )
    try:
        with transaction.atomic():
            customer = Customer.objects.create(
                external_id=external_id, legal_name=legal_name, country=country, currency=currency,
                address_line1=address_line1, address_line2=address_line2, postal_code=postal_code,
                city=city, region=region, language=language, time_zone=time_zone,
                tax_number=tax_number, is_business=is_business,
                payment_terms_days=payment_terms_days, paper=paper,
            )  # fmt: skip
    except IntegrityError as error:
        if "external_id" not in str(error):
            raise
        raise CustomerExists(
            f"A customer “{external_id}” exists already. Use its id, or another external id."
        ) from error
    Group.objects.create(customer=customer, external_id=EVERYONE, name="Everyone")
    if billing_owner_email:
        BillingOwner.objects.create(
            customer=customer,
            name=billing_owner_name or billing_owner_email,
            email=billing_owner_email,
            is_primary=True,
        )
    return customer
