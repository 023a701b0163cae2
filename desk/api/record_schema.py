"""Frozen records as schemas of the OpenAPI document, so that it cannot say anything else than they do."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from rest_framework import serializers

Serializer = serializers.Serializer[Any]
PLAIN: dict[type, Callable[..., serializers.Field[Any, Any, Any, Any]]] = {
    bool: serializers.BooleanField,
    int: serializers.IntegerField,
    str: serializers.CharField,
    UUID: serializers.UUIDField,
    datetime: serializers.DateTimeField,
    date: serializers.DateField,
}


@cache
def schema_of(record: type) -> type[Serializer]:
    """A serializer with a field for each of the record's, named after it."""
    hints = get_type_hints(record)
    return type(
        f"{record.__name__}Record",
        (serializers.Serializer,),
        {one.name: field_of(hints[one.name]) for one in fields(record)},
    )


def field_of(hint: Any, **said: Any) -> serializers.Field[Any, Any, Any, Any]:
    """
    The field of a type: a record, many of them, a plain type, or any of these or nothing.

    What is said of a field is said when it is made: serializers make theirs again from that.

    :raises TypeError: for a type no record has yet
    """
    inner = [one for one in get_args(hint) if one is not NoneType]
    if NoneType in get_args(hint):
        return field_of(inner[0], allow_null=True)
    if get_origin(hint) in (tuple, list):
        return serializers.ListField(child=field_of(inner[0]), **said)
    if get_origin(hint) is dict:
        return serializers.DictField(**said)
    if is_dataclass(hint) and isinstance(hint, type):
        return schema_of(hint)(**said)
    if hint is Decimal:
        return serializers.DecimalField(max_digits=20, decimal_places=8, **said)
    if hint in PLAIN:
        return PLAIN[hint](**said)
    raise TypeError(f"{hint} has no schema")
