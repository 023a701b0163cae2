"""The letters of an incident: whom it should reach, and what each would say."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Customer, ExceptionRequest
from accounts.queries.invoice_addresses import invoice_addresses
from billing.documents import formats
from desk.documents.write_incident_message import (
    IncidentLetter,
    WrittenMessage,
    write_incident_message,
)
from desk.enums import AffectedState, PlaybookCode
from desk.models import Incident, IncidentAffected, IncidentMessage


@dataclass(frozen=True, slots=True)
class AddressedLetter:
    """A customer's message, and who reads it; nobody where no owner receives invoices."""

    customer: Customer
    to: tuple[str, ...]
    reply_to: str
    written: WrittenMessage


def customers_to_tell(incident: Incident) -> QuerySet[IncidentAffected, UUID]:
    """Customers on the list whom nobody told yet; rows that are nothing do not count."""
    told = IncidentMessage.objects.filter(incident=incident, template=incident.playbook)
    rows = IncidentAffected.objects.filter(incident=incident).exclude(state=AffectedState.DISMISSED)
    keys = rows.exclude(customer__in=told.values("customer")).order_by("customer")
    return keys.values_list("customer", flat=True).distinct()


def letters(incident: Incident, customer_ids: Sequence[UUID]) -> list[AddressedLetter]:
    """One for each of these customers, by name. Four queries."""
    rows = defaultdict(list)
    affected = IncidentAffected.objects.filter(incident=incident, customer__in=customer_ids)
    for row in affected.exclude(state=AffectedState.DISMISSED).select_related("invoice"):
        rows[row.customer_id].append(row)
    asked = {row.request_id for found in rows.values() for row in found if row.request_id}
    requests = {one.pk: one for one in ExceptionRequest.objects.filter(pk__in=asked)}
    readers = invoice_addresses(customer_ids)
    customers = Customer.objects.filter(pk__in=customer_ids).select_related(
        "seller_assignment__billing_entity"
    )
    return [
        addressed(incident, customer, rows[customer.pk], requests, tuple(readers[customer.pk]))
        for customer in customers.order_by("legal_name", "pk")
    ]


def addressed(
    incident: Incident,
    customer: Customer,
    rows: Sequence[IncidentAffected],
    requests: dict[UUID, ExceptionRequest],
    to: tuple[str, ...],
) -> AddressedLetter:
    seller = getattr(customer, "seller_assignment", None)
    entity = seller.billing_entity if seller else None
    letter = IncidentLetter(
        customer_name=customer.legal_name,
        seller_name=entity.legal_name if entity else parseaddr(settings.DEFAULT_FROM_EMAIL)[0],
        invoices=numbers_of(rows),
        amount=amount_words(customer, [requests[row.request_id] for row in rows if row.request_id]),
    )
    written = write_incident_message(
        playbook=PlaybookCode(incident.playbook), language=customer.language, letter=letter
    )
    return AddressedLetter(customer, to, entity.email if entity else "", written)


def numbers_of(rows: Sequence[IncidentAffected]) -> tuple[str, ...]:
    """Of issued invoices, each once."""
    numbers = [row.invoice.number for row in rows if row.invoice]
    return tuple(dict.fromkeys(filter(None, numbers)))


def amount_words(customer: Customer, requests: Sequence[ExceptionRequest]) -> str:
    """What is asked to be given back, by currency, as the customer's language writes it."""
    sums: defaultdict[str, int] = defaultdict(int)
    for one in requests:
        sums[one.currency] += one.amount_minor
    locale = formats.document_locale(language=customer.language, paper=customer.paper)
    return ", ".join(
        formats.money(minor, currency=currency, locale=locale) for currency, minor in sums.items()
    )
