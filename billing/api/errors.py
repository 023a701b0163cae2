"""How the API says no: a stable code, a sentence, and the fields at fault."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework.response import Response

from kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class FieldError:
    field: str
    code: str
    message: str


class BodyInvalid(Exception):
    """The body cannot be read as what the endpoint takes."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


def field_errors(errors: Any, place: str = "") -> list[FieldError]:
    """Every fault that serializers name, with its place: `lines.0.amount_minor`."""
    if isinstance(errors, Mapping):
        return [
            one
            for name, found in errors.items()
            for one in field_errors(found, f"{place}.{name}".lstrip("."))
        ]
    return [FieldError(place, getattr(one, "code", "invalid"), str(one)) for one in errors]


def invalid(errors: Sequence[FieldError]) -> Response:
    """400 with every field at fault."""
    message = "; ".join(f"{one.field}: {one.message}" for one in errors)
    body = {"code": "invalid", "message": message, "errors": [asdict(one) for one in errors]}
    return Response(body, status=400)


def refused(refusal: Refusal, status: int = 409) -> Response:
    return Response({"code": refusal.code, "message": str(refusal)}, status=status)


def not_found(what: str) -> Response:
    return Response({"code": "not_found", "message": f"There is no {what}."}, status=404)


def problem(status: int, *codes: str | type[Refusal]) -> dict[int, OpenApiResponse]:
    """For `extend_schema(responses={…, **problem(409, SomeRefusal, "a_code")})`: what may be answered."""
    names = sorted({one if isinstance(one, str) else one.code for one in codes})
    schema: dict[str, Any] = {
        "$ref": "#/components/schemas/Problem",
        "properties": {"code": {"enum": names}},
    }
    return {status: OpenApiResponse(schema, description=", ".join(f"`{name}`" for name in names))}
