"""Which rows a search must look at, and what of them it needs."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from scim2_models import ResponseParameters, ScimFilter
from scim2_models.path import FilterNode, LogicalExpr, LogicalOperator

from billing.api.scim.in_sql import NotInSql, condition_of


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Rows that may match a filter; all of them do where `is_whole`."""

    rows: QuerySet[Any]
    is_whole: bool


def narrowed(rows: QuerySet[Any], kind: str, scim_filter: ScimFilter[Any] | None) -> Narrowed:
    """Of what is joined by `and`, each part narrows that SQL can compare."""
    is_whole = True
    for part in parts_of(scim_filter):
        try:
            rows = rows.filter(condition_of(part, kind))
        except NotInSql:
            is_whole = False
    return Narrowed(rows, is_whole)


def parts_of(scim_filter: ScimFilter[Any] | None) -> tuple[FilterNode, ...]:
    if scim_filter is None:
        return ()
    node = scim_filter.ast
    if isinstance(node, LogicalExpr) and node.op == LogicalOperator.and_:
        return node.terms
    return (node,)


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
