"""A filter as a condition of SQL, as far as SQL compares texts as SCIM does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any
from unicodedata import normalize

from django.db.models import BooleanField, Exists, F, Func, JSONField, OuterRef, Q, TextField, Value
from django.db.models.fields.json import KT, KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Collate, Lower, Replace
from django.db.models.lookups import Contains, EndsWith, Exact, GreaterThan, Lookup, StartsWith
from django.utils.timezone import is_aware
from scim2_models import ScimFilter
from scim2_models.path import (
    CompareOperator,
    Comparison,
    FilterNode,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
    coerce_value,
)

from accounts.models import DirectoryMember
from billing.api.scim.reading import name_key
from billing.api.scim.resources import Group, User

NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING
Attribute = tuple[str, str | None]


class NotInSql(Exception):
    """Only the library can compare it."""


class Normalized(Func):
    """In Normalization Form C, as SCIM compares texts."""

    function = "NORMALIZE"
    output_field = TextField()


class Element(Func):
    """The element AnyElement looks at."""

    template = "one"
    output_field = JSONField()


class AnyElement(Func):
    """Whether an element of a list in JSON fulfills a condition."""

    template = "EXISTS (SELECT 1 FROM JSONB_ARRAY_ELEMENTS(%(expressions)s)"
    arg_joiner = ") AS one WHERE "
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class Texts:
    """
    What a row has of an attribute; one that is missing is empty and never NULL, so that `not` holds.

    `any_of` asks whether one of them fulfills a condition; `prepared` makes a searched text
    comparable with them, and raises NotInSql where SQL cannot compare it.
    """

    any_of: Callable[[Callable[[Any], Lookup]], Q]
    prepared: Callable[[str], str]


def exactly(text: str) -> str:
    return normalize("NFC", text)


def caselessly(text: str) -> str:
    """
    Which small letters belong to which capitals depends on the database's locale, except in ASCII.

    :raises NotInSql: for other letters
    """
    if not text.isascii():
        raise NotInSql
    return text.lower()


def caseless(text: Any) -> Any:
    """To be compared with small ASCII; İ is the one other letter that has some in it when small."""
    small = Lower(Collate(Replace(Normalized(text), Value("İ"), Value("i\u0307")), "C"))
    return Normalized(small)


def single(text: Any, prepared: Callable[[str], str]) -> Texts:
    return Texts(lambda condition: Q(condition(text)), prepared)


def sent(path: str) -> Texts:
    """What the directory sent of a person."""
    return single(caseless(Coalesce(KT(f"attributes__{path}"), Value(""))), caselessly)


def emails(key: str) -> Texts:
    text = caseless(Coalesce(KeyTextTransform(key, Element()), Value("")))
    found = KeyTransform("emails", "attributes")
    return Texts(lambda condition: Q(AnyElement(found, condition(text))), caselessly)


def members(whose: str, who: str) -> Texts:
    """The ids on the other side of memberships."""
    rows = DirectoryMember.objects.filter(**{whose: OuterRef("pk")})
    key = Cast(who, TextField())
    return Texts(lambda condition: Q(Exists(rows.filter(condition(key)))), exactly)


KEPT: Mapping[Attribute, Texts] = {
    ("id", None): single(Cast("pk", TextField()), exactly),
    ("external_id", None): single(F("external_id"), exactly),
}
GROUPS, MEMBERS = members("user", "group_id"), members("group", "user_id")
USER: Mapping[Attribute, Texts] = {
    **KEPT,
    ("user_name", None): single(F("user_name_key"), name_key),
    ("display_name", None): sent("displayName"),
    ("name", "formatted"): sent("name__formatted"),
    ("name", "family_name"): sent("name__familyName"),
    ("name", "given_name"): sent("name__givenName"),
    ("emails", "value"): emails("value"),
    ("emails", "type"): emails("type"),
    ("groups", "value"): GROUPS,
    ("groups", None): GROUPS,  # as `pr` asks
}
GROUP: Mapping[Attribute, Texts] = {
    **KEPT,
    ("display_name", None): single(caseless(F("display_name")), caselessly),
    ("members", "value"): MEMBERS,
    ("members", None): MEMBERS,
}
ACTIVE = ("active", None)
MOMENTS = {("meta", "created"): "created_at", ("meta", "last_modified"): "changed_at"}
TEXT_LOOKUPS: Mapping[CompareOperator, type[Lookup]] = {
    CompareOperator.eq: Exact,
    CompareOperator.co: Contains,
    CompareOperator.sw: StartsWith,
    CompareOperator.ew: EndsWith,
}
MOMENT_LOOKUPS = {
    CompareOperator.eq: "exact",
    CompareOperator.gt: "gt",
    CompareOperator.ge: "gte",
    CompareOperator.lt: "lt",
    CompareOperator.le: "lte",
}


class Condition(FilterVisitor[Q]):
    """
    What the rows of a kind of resource fulfill that match.

    :raises NotInSql: `visit`, of what only the library can compare
    """

    def __init__(self, kind: str) -> None:
        self.texts = USER if kind == "User" else GROUP
        self.bound = ScimFilter[User] if kind == "User" else ScimFilter[Group]

    def visit_not(self, node: Not) -> Q:
        return ~self.visit(node.expr)

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        join = and_ if node.op == LogicalOperator.and_ else or_
        return reduce(join, [self.visit(term) for term in node.terms])

    def visit_value_path(self, node: ValuePath) -> Q:
        raise NotInSql

    def visit_present(self, node: Present) -> Q:
        binding = self.bound(node).resolve(node.attr_path, strict=False)
        if binding is None:
            return NOTHING
        attribute = (binding.field_name, binding.sub_field_name)
        if attribute == ACTIVE:
            return Q(attributes__has_key="active")
        if attribute in MOMENTS:
            return EVERYTHING
        if attribute not in self.texts:
            raise NotInSql
        return self.texts[attribute].any_of(lambda text: GreaterThan(text, Value("")))

    def visit_comparison(self, node: Comparison) -> Q:
        binding = self.bound(node).resolve_comparison(node.attr_path, strict=False)
        if binding is None:
            return NOTHING
        attribute = (binding.field_name, binding.sub_field_name)
        value = coerce_value(binding, node.value, node.op)
        if node.op == CompareOperator.ne:  # of several values: none is equal
            return ~self.compared(attribute, CompareOperator.eq, value)
        return self.compared(attribute, node.op, value)

    def compared(self, attribute: Attribute, op: CompareOperator, value: object) -> Q:
        if attribute in self.texts and op in TEXT_LOOKUPS:
            texts = self.texts[attribute]
            text = texts.prepared(sendable(value))
            return texts.any_of(lambda one: TEXT_LOOKUPS[op](one, text))
        if attribute == ACTIVE and op == CompareOperator.eq and isinstance(value, bool):
            return Q(attributes__contains={"active": value})
        if attribute in MOMENTS and isinstance(value, datetime) and is_aware(value):
            return Q(**{f"{MOMENTS[attribute]}__{MOMENT_LOOKUPS[op]}": value})
        raise NotInSql


def condition_of(node: FilterNode, kind: str) -> Q:
    """
    :raises NotInSql: if only the library can compare it
    """
    return Condition(kind).visit(node)


def sendable(value: object) -> str:
    """
    :raises NotInSql: of what is no text, empty, or no text of PostgreSQL
    """
    if not isinstance(value, str) or not value or "\x00" in value:
        raise NotInSql
    try:
        value.encode()
    except UnicodeEncodeError as problem:  # half of a surrogate pair
        raise NotInSql from problem
    return value
