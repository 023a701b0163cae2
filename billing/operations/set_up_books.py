"""Books for every billing entity: settings and account numbers to begin with, where none are yet."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from simple_history.utils import bulk_create_with_history

from billing.calc.books.charts import chart_of, numbers, zone_of
from billing.calc.books.types import Role
from billing.models import AccountMapping, Books
from billing.records.booking import EntityBooks
from tax.models import BillingEntity


@transaction.atomic
def set_up_books() -> Mapping[UUID, EntityBooks]:
    """
    Propose what is missing and return all books; what people entered stays.

    Three queries when nothing is missing. The first and only billing entity is taken to hold the
    gateway's account.
    """
    if BillingEntity.objects.filter(books=None).exists():
        propose_books()
    accounts = all_accounts()
    return {
        books.pk: EntityBooks(
            entity_id=books.pk,
            time_zone=books.time_zone,
            accounts=accounts[books.pk],
            holds_gateway_account=books.holds_gateway_account,
        )
        for books in Books.objects.all()
    }


def all_accounts() -> defaultdict[UUID, dict[Role, str]]:
    """The number of each role, by billing entity."""
    accounts: defaultdict[UUID, dict[Role, str]] = defaultdict(dict)
    for mapping in AccountMapping.objects.all():
        accounts[mapping.billing_entity_id][mapping.role] = mapping.number  # type: ignore[index]
    return accounts


def propose_books() -> None:
    """Settings and numbers after the country of each entity without books; one hand at a time."""
    entities = list(
        BillingEntity.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    )
    known = set(Books.objects.values_list("pk", flat=True))
    new = [entity for entity in entities if entity.pk not in known]
    bulk_create_with_history(
        [
            Books(
                billing_entity=entity,
                chart=chart_of(entity.country),
                time_zone=zone_of(entity.country),
                holds_gateway_account=len(entities) == 1,
            )
            for entity in new
        ],
        Books,
    )
    bulk_create_with_history(
        [
            AccountMapping(billing_entity=entity, role=role, number=number)
            for entity in new
            for role, number in numbers(chart_of(entity.country)).items()
        ],
        AccountMapping,
    )
