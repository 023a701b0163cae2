"""Found by who they are: customers, people who pay and people who use."""

from collections.abc import Callable, Iterable, Sequence

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper
from django.urls import reverse

from accounts.models import BillingOwner, Customer, Grantee, Membership
from accounts.models.customer import compact_tax_number
from billing.models import GatewayCustomer, PaymentMethod, Subscription
from desk.queries.search.term import AT_MOST, Hit, Kind, Term

SHORTEST_TAX_ID = 6
CUSTOMERS_OF_A_PERSON = 3


def customers(term: Term) -> Sequence[Hit]:
    """By key, external id, or words their name begins with. Two queries at most, each on an index."""
    if term.key:
        return customer_hits(Customer.objects.filter(pk=term.key), exact=lambda one: True)
    named = Customer.objects.filter(external_id__startswith=term.text)
    found = {one.pk: one for one in named[:AT_MOST]}
    if term.is_name and term.words:
        words = SearchVector("legal_name", config="simple")
        wanted = SearchQuery(prefixes(term.words), search_type="raw", config="simple")
        by_name = Customer.objects.annotate(words=words).filter(words=wanted).order_by()
        found |= {one.pk: one for one in by_name[:AT_MOST]}
    return customer_hits(found.values(), exact=lambda one: names(one, term))


def prefixes(words: Iterable[str]) -> str:
    """Words as PostgreSQL's text search takes them, each the beginning of one: 'acme':* & 'gm':*."""
    return " & ".join(f"'{word}':*" for word in words)


def names(customer: Customer, term: Term) -> bool:
    return customer.external_id == term.text or customer.legal_name.upper() == term.upper


def customer_hits(rows: Iterable[Customer], *, exact: Callable[[Customer], bool]) -> list[Hit]:
    return [
        customer_hit(one, is_exact=exact(one))
        for one in sorted(rows, key=lambda one: one.legal_name)
    ]


def customer_hit(customer: Customer, *, is_exact: bool, because: str = "") -> Hit:
    told = (because, customer.external_id, customer.city, customer.country)
    return Hit(
        title=customer.legal_name,
        detail=", ".join(word for word in told if word),
        address=reverse("desk:customer", args=[customer.pk]),
        is_exact=is_exact,
    )


def customers_by_tax_id(term: Term) -> Sequence[Hit]:
    """Spaces, dots and hyphens do not count, neither here nor in what the customer gave."""
    rows = Customer.objects.annotate(compact=compact_tax_number()).filter(compact=term.compact)
    return [
        customer_hit(one, is_exact=True, because=f"VAT id {one.tax_number}")
        for one in rows.exclude(tax_number="").order_by()[:AT_MOST]
    ]


def may_be_tax_id(term: Term) -> bool:
    return (
        not term.key
        and not term.gateway_prefix
        and len(term.compact) >= SHORTEST_TAX_ID
        and any(letter.isdigit() for letter in term.compact)
    )


def customers_at_gateway(term: Term) -> Sequence[Hit]:
    """cus_… and pm_…: whom the gateway means."""
    rows: QuerySet[GatewayCustomer] | QuerySet[PaymentMethod]
    if term.gateway_prefix == "cus":
        rows = GatewayCustomer.objects.filter(gateway_id=term.text)
    else:
        rows = PaymentMethod.objects.filter(gateway_id=term.text)
    return [
        customer_hit(one.customer, is_exact=True, because=term.text)
        for one in rows.select_related("customer")
    ]


def subscriptions(term: Term) -> Sequence[Hit]:
    """By key or external id; a subscription is shown on its customer's page."""
    wanted = Q(pk=term.key) if term.key else Q(external_id__startswith=term.text)
    rows = Subscription.objects.filter(wanted).select_related("customer", "plan")
    return [
        Hit(
            title=one.external_id,
            detail=f"{one.plan.name}, {one.customer.legal_name}, {one.state}",
            address=reverse("desk:customer", args=[one.customer_id]),
            is_exact=bool(term.key) or one.external_id == term.text,
        )
        for one in rows.order_by()[:AT_MOST]
    ]


def owners(term: Term) -> Sequence[Hit]:
    """People who receive and pay invoices, by the beginning of their e-mail address."""
    rows = BillingOwner.objects.annotate(upper=Upper("email")).filter(upper__startswith=term.upper)
    return [
        Hit(
            title=one.email,
            detail=f"{one.name}, pays for {one.customer.legal_name}",
            address=reverse("desk:customer", args=[one.customer_id]),
            is_exact=one.email.upper() == term.upper,
        )
        for one in rows.select_related("customer").order_by()[:AT_MOST]
    ]


def grantees(term: Term) -> Sequence[Hit]:
    """By key, external id or the beginning of the e-mail address. Two queries."""
    rows = Grantee.objects.annotate(upper=Upper("email"))
    if term.key:
        rows = rows.filter(pk=term.key)
    elif term.is_mail:
        rows = rows.exclude(email="").filter(upper__startswith=term.upper)
    else:
        rows = rows.filter(external_id=term.text)
    found = list(rows.order_by()[:AT_MOST])
    places = customers_of(found)
    return [
        Hit(
            title=one.email or one.external_id,
            detail=", ".join(filter(None, (one.name, one.external_id, places.get(one.pk, "")))),
            address=reverse("admin:accounts_grantee_change", args=[one.pk]),
            is_exact=bool(term.key)
            or term.text.upper() in (one.email.upper(), one.external_id.upper()),
        )
        for one in found
    ]


def customers_of(found: Sequence[Grantee]) -> dict[object, str]:
    """Where each uses the product, for telling namesakes apart."""
    rows = Membership.objects.filter(grantee__in=found).values_list(
        "grantee", "customer__legal_name"
    )
    names_by_key: dict[object, list[str]] = {}
    for key, name in rows.order_by("customer__legal_name").distinct():
        names_by_key.setdefault(key, []).append(name)
    return {
        key: "uses at " + " and ".join(names[:CUSTOMERS_OF_A_PERSON])
        for key, names in names_by_key.items()
    }


KINDS = (
    Kind(
        "Customers", "customer: name or external id", "accounts.view_customer",
        lambda term: bool(term.key) or term.is_name, customers,
    ),
    Kind(
        "VAT ids", "VAT id, with or without spaces and dots", "accounts.view_customer",
        may_be_tax_id, customers_by_tax_id,
    ),
    Kind(
        "Customers at the gateway", "cus_… or pm_…", "accounts.view_customer",
        lambda term: term.gateway_prefix in ("cus", "pm"), customers_at_gateway,
    ),
    Kind(
        "Subscriptions", "subscription's external id", "billing.view_subscription",
        lambda term: bool(term.key) or term.is_name, subscriptions,
    ),
    Kind(
        "People who pay", "e-mail of somebody who pays", "accounts.view_billingowner",
        lambda term: term.is_mail, owners,
    ),
    Kind(
        "People who use", "e-mail or external id of somebody who uses", "accounts.view_grantee",
        lambda term: bool(term.key) or term.is_name, grantees,
    ),
)  # fmt: skip
