"""Up to a thousand reports in one request: each is answered by itself, in the order they came."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.errors import FieldError, field_errors, invalid
from billing.api.events import LARGEST_BATCH


def answer_batch(
    request: Request,
    *,
    schema: type[serializers.Serializer[Any]],
    record: Callable[[list[dict[str, Any]]], Sequence[Any]],
    named_by: str,
) -> Response:
    """
    Unreadable reports are refused; `record` gets the others, as read, together.

    `named_by` is the field of a report by which its answer names it.
    """
    bodies = request.data.get("reports") if isinstance(request.data, dict) else None
    if not isinstance(bodies, list) or not 1 <= len(bodies) <= LARGEST_BATCH:
        message = f'Send {{"reports": […]}} with 1 to {LARGEST_BATCH} reports.'
        return invalid([FieldError("reports", "not_a_batch", message)])
    answers: dict[int, dict[str, Any]] = {}
    readable: dict[int, dict[str, Any]] = {}
    for place, body in enumerate(bodies):
        read = schema(data=body)
        if read.is_valid():
            readable[place] = read.validated_data
        else:
            answers[place] = unreadable(body, read.errors, named_by=named_by)
    for place, answer in zip(readable, record(list(readable.values())), strict=True):
        answers[place] = answer_body(answer)
    return Response({"answers": [answers[place] for place in range(len(bodies))]})


def unreadable(body: Any, errors: Any, *, named_by: str) -> dict[str, Any]:
    name = body.get(named_by, "") if isinstance(body, dict) else ""
    message = "; ".join(f"{one.field}: {one.message}" for one in field_errors(errors))
    return {named_by: str(name), "status": "refused", "code": "invalid", "message": message}


def answer_body(answer: Any) -> dict[str, Any]:
    """An answer's fields, without those that say nothing."""
    return {name: value for name, value in asdict(answer).items() if value}
