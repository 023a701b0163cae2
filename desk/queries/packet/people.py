"""Who is named in a packet, and the packet without them."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.conf import settings

from accounts.models import Grantee
from desk.calc.redact import Person, Redactor
from desk.queries.packet.records import Packet

AS_IS = frozenset(["hashed", "seller", "digest", "recomputed", "previous_digest", "sha256"])
PERSON_FIELDS = ("grantee", "to_grantee", "actor")
ADDRESS_FIELDS = ("legal_name", "address_line1", "address_line2", "tax_number")


def redacted(packet: Packet) -> Packet:
    """
    The packet with grantees, owners and actors under pseudonyms; so is a customer who is a person.

    One query. Digests and the columns they cover stay as they are: they name nobody but by key.
    """
    redactor = Redactor(
        (*grantees(packet), *owners(packet), *others(packet)),
        secret=settings.SECRET_KEY.encode(),
        as_is=AS_IS,
        kept=[one.seller.get("email", "") for one in packet.invoices],
    )
    return replace(redactor.record(packet), redacted=True)


def grantees(packet: Packet) -> Iterator[Person]:
    keys = {
        UUID(key) for one in packet.ledger.entries if (key := one.hashed["grantee_id"]) is not None
    }
    for row in Grantee.objects.filter(pk__in=keys):
        yield Person(str(row.pk), (row.external_id, row.name, row.email))


def owners(packet: Packet) -> Iterator[Person]:
    """Those of today and those the invoices were sent to; the address tells that they are the same."""
    for one in packet.customer.owners:
        yield Person(one.email, (one.name, one.email))
    for invoice in packet.invoices:
        for owner in invoice.buyer.get("billing_owners", ()):
            yield Person(owner["email"], (owner["name"], owner["email"]))


def others(packet: Packet) -> Iterator[Person]:
    """Whom events name without an entry that does, and a customer who is no business."""
    for event in packet.events:
        said = (event.actor, *(event.payload.get(name, "") for name in PERSON_FIELDS))
        yield from (Person(name, (name,)) for name in said if name)
    if not packet.customer.is_business:
        yield Person(str(packet.customer.id), (packet.customer.legal_name,))
        for invoice in packet.invoices:
            named = tuple(invoice.buyer.get(name, "") for name in ADDRESS_FIELDS)
            yield Person(str(packet.customer.id), named)
