"""Search of long tables: the term is looked up where it is indexed, and only keys reach the long table."""

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from accounts.models import Customer

CUSTOMERS_AT_MOST = 200
ROWS_AT_MOST = 1000


def customers_named(term: str) -> list[Any]:
    """Keys of customers whose name contains the term or whose external id is it."""
    named = Customer.objects.filter(Q(legal_name__icontains=term) | Q(external_id__iexact=term))
    return list(named.values_list("pk", flat=True)[:CUSTOMERS_AT_MOST])


class FindsByCustomer:
    """
    A list found by its customer, or by exact values.

    `found_by` names foreign keys with the model and column that hold the value; `found_as` own columns.
    """

    search_fields = ["customer__legal_name"]  # shows the box; get_search_results does the search
    search_help_text = "Customer's name or id"
    found_by: tuple[tuple[str, type[Model], str], ...] = ()
    found_as: tuple[str, ...] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(customer__in=customers_named(term))
        for column in self.found_as:
            found |= Q(**{column: term})
        for foreign_key, model, column in self.found_by:
            rows = model._default_manager.filter(**{column: term})
            keys = list(rows.values_list("pk", flat=True)[:ROWS_AT_MOST])
            found |= Q(**{f"{foreign_key}__in": keys})
        return queryset.filter(found), False
