"""The OpenAPI document, made once a process: it says what the code says, and that does not change."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response


@cache
def document() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


class OpenApiDocument(SpectacularAPIView):
    """For everybody; YAML, or JSON with `?format=json`."""

    permission_classes: list[Any] = []
    authentication_classes: list[Any] = []

    def _get_schema_response(self, request: Request) -> Response:
        return Response(document(), headers={"Cache-Control": "public, max-age=300"})
