"""What lists of the API share: their question, and the answer with its cursor."""

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.errors import field_errors, invalid, refused
from billing.queries.keyed_pages import Wanted
from kernel.refusal import Refusal

LARGEST_PAGE = 200


class PageQuestionSchema(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=50)
    cursor = serializers.CharField(max_length=200, required=False)


def listed(
    request: Request,
    *,
    question: type[serializers.Serializer[Any]],
    name: str,
    page: Callable[[Wanted], tuple[list[Any], str | None]],
    shown: Callable[[Any], Any],
) -> Response:
    """The page that was asked for, under the plural it is a list of."""
    asked = question(data=request.query_params.dict())
    if not asked.is_valid():
        return invalid(field_errors(asked.errors))
    try:
        rows, following = page(Wanted(**asked.validated_data))
    except Refusal as refusal:
        return refused(refusal, 400)
    return Response({name: [shown(row) for row in rows], "next_cursor": following})
