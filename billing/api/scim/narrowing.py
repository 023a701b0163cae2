"""Which rows a search must look at: an exact name or id is asked of an index, the rest of each row."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from scim2_models import ResponseParameters, ScimFilter
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator

from billing.api.scim.reading import name_key
from billing.operations.provision_group import key_of

Lookups = Mapping[str, Callable[[str], Q]]


def by_id(value: str) -> Q:
    key = key_of(value)
    return Q(pk=key) if key else Q(pk__in=[])


USERS: Lookups = {
    "username": lambda value: Q(user_name_key=name_key(value)),
    "externalid": lambda value: Q(external_id=value),
    "id": by_id,
}
GROUPS: Lookups = {"externalid": lambda value: Q(external_id=value), "id": by_id}
SEARCHED: Mapping[str, Lookups] = {"User": USERS, "Group": GROUPS}


def narrowed(
    rows: QuerySet[Any], lookups: Lookups, scim_filter: ScimFilter[Any] | None
) -> QuerySet[Any]:
    """Rows that may match; the filter itself still decides on each."""
    condition = condition_of(scim_filter.ast, lookups) if scim_filter is not None else None
    return rows if condition is None else rows.filter(condition)


def condition_of(node: FilterNode, lookups: Lookups) -> Q | None:
    """What every match fulfills: one exact comparison, alone or joined by `and`."""
    if isinstance(node, LogicalExpr) and node.op == LogicalOperator.and_:
        conditions = (condition_of(term, lookups) for term in node.terms)
        return next((one for one in conditions if one is not None), None)
    if not isinstance(node, Comparison) or node.op != CompareOperator.eq:
        return None
    path = node.attr_path
    lookup = None if path.sub_attr else lookups.get(path.attr.lower())
    if lookup is None or not isinstance(node.value, str) or "\x00" in node.value:
        return None
    return lookup(node.value)


def mentions_members(scim_filter: ScimFilter[Any] | None, sort_by: object = None) -> bool:
    words = f"{scim_filter or ''} {sort_by or ''}".lower()
    return "members" in words or "groups" in words


def keeps_members(parameters: ResponseParameters[Any] | None) -> bool:
    """Whether the answer may hold members (or groups of a user): they cost a query and many lines."""
    if parameters is None:
        return True
    excluded = {str(one).lower() for one in parameters.excluded_attributes or []}
    if {"members", "groups"} & excluded:
        return False
    wanted = [str(one).lower() for one in parameters.attributes or []]
    return not wanted or any("members" in one or "groups" in one for one in wanted)
