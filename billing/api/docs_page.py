"""/api/docs/: the OpenAPI document for people, as one page that needs no script and no other server."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.api.document import document
from billing.api.examples import body_like
from billing.api.openapi import OPERATIONS, codes_of

Json = dict[str, Any]
DEEPEST = 3
MOST_ROWS = 120


@dataclass(frozen=True, slots=True)
class FieldRow:
    """`name` with its place: `lines[].amount_minor`."""

    name: str
    kind: str
    is_required: bool
    words: str


@dataclass(frozen=True, slots=True)
class ResponseCard:
    status: str
    words: str
    content_type: str
    codes: tuple[str, ...]
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class OperationCard:
    name: str
    method: str
    path: str
    tag: str
    summary: str
    words: str
    scope: str
    is_deprecated: bool
    parameters: tuple[FieldRow, ...]
    body: tuple[FieldRow, ...]
    example: str
    responses: tuple[ResponseCard, ...]

    def speaks_of(self, text: str) -> bool:
        """Whether every word of a search is in its name, address, words or fields."""
        fields = " ".join(row.name for row in (*self.parameters, *self.body))
        said = " ".join(
            (self.name, self.method, self.path, self.tag, self.summary, self.words, fields)
        )
        return all(word in said.lower() for word in text.lower().split())


@require_safe
def docs_page(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:100]
    cards = [one for one in operation_cards(document()) if one.speaks_of(search)]
    tags: dict[str, list[OperationCard]] = {}
    for card in cards:
        tags.setdefault(card.tag, []).append(card)
    return render(
        request,
        "billing/api_docs.html",
        {
            "title": "API", "search": search, "tags": sorted(tags.items()), "count": len(cards),
            "version": document()["info"]["version"],
        },
    )  # fmt: skip


def operation_cards(said: Json) -> Iterator[OperationCard]:
    schemas = said["components"]["schemas"]
    for path, methods in said["paths"].items():
        for method in OPERATIONS:
            if method in methods:
                yield operation_card(path, method, methods[method], schemas)


def operation_card(
    path: str, method: str, said: Json, schemas: Mapping[str, Json]
) -> OperationCard:
    content = said.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema", {})
    scopes: list[str] = [
        scope for one in said["security"] for names in one.values() for scope in names
    ]
    words = said.get("description", "")
    return OperationCard(
        name=said["operationId"],
        method=method.upper(),
        path=path,
        tag=said["tags"][0],
        summary=plain(said["summary"]),
        words=plain(words) if words.rstrip(".") != said["summary"] else "",
        scope=", ".join(scopes),
        is_deprecated=bool(said.get("deprecated")),
        parameters=tuple(parameter_row(one) for one in said.get("parameters", ())),
        body=rows_of(body, schemas),
        example=example_of(method, path, body, schemas),
        responses=tuple(
            response_card(status, one, schemas) for status, one in said["responses"].items()
        ),
    )


def parameter_row(said: Json) -> FieldRow:
    name = f"{said['name']} ({said['in']})"
    words = plain(said.get("description", ""))
    return FieldRow(name, kind_of(said.get("schema", {})), bool(said.get("required")), words)


def response_card(status: str, said: Json, schemas: Mapping[str, Json]) -> ResponseCard:
    content = said.get("content", {})
    content_type = next(iter(content), "")
    schema: Json = content.get(content_type, {}).get("schema", {})
    codes = tuple(codes_of(schema))
    fields = rows_of(schema, schemas) if status.startswith("2") else ()
    words = said["description"] if not codes else said["description"].partition("`")[0]
    return ResponseCard(status, plain(words).strip(), content_type, codes, fields)


def rows_of(schema: Json, schemas: Mapping[str, Json]) -> tuple[FieldRow, ...]:
    return tuple(fields_of(schema, schemas, prefix="", depth=0))[:MOST_ROWS]


def fields_of(
    schema: Json, schemas: Mapping[str, Json], *, prefix: str, depth: int
) -> Iterator[FieldRow]:
    resolved = resolve(schema, schemas)
    for name, said in resolved.get("properties", {}).items():
        inner = resolve(said, schemas)
        is_many = inner.get("type") == "array"
        place = f"{prefix}{name}{'[]' if is_many else ''}"
        yield FieldRow(
            place,
            kind_of(inner),
            name in resolved.get("required", ()),
            plain(said.get("description", "")),
        )
        if depth < DEEPEST:
            below = inner.get("items", {}) if is_many else inner
            yield from fields_of(below, schemas, prefix=f"{place}.", depth=depth + 1)


def resolve(schema: Json, schemas: Mapping[str, Json]) -> Json:
    """The schema a reference or a choice with nothing stands for."""
    for choice in ("oneOf", "anyOf", "allOf"):
        options = [one for one in schema.get(choice, ()) if one.get("type") != "null"]
        if options:
            return resolve(options[0], schemas)
    if "$ref" in schema:
        return resolve(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    return schema


def plain(words: str) -> str:
    """Without the marks of Markdown."""
    return words.replace("`", "")


def kind_of(schema: Json) -> str:
    """In words: the type, its form, what it may be, and its bounds."""
    kinds = schema.get("type", "any")
    kind = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if "enum" in schema:
        return " · ".join(str(one) for one in schema["enum"] if one is not None)
    parts = [kind, schema.get("format", "")]
    parts += [f"{words} {schema[key]}" for key, words in BOUNDS.items() if key in schema]
    return ", ".join(part for part in parts if part)


BOUNDS = {
    "minimum": "from", "maximum": "to", "maxLength": "at most characters:",
    "maxItems": "at most items:", "default": "default",
}  # fmt: skip


def example_of(method: str, path: str, body: Json, schemas: Mapping[str, Json]) -> str:
    """A line for a shell in which docs/api.md has defined `api`."""
    lines = [f"api -X {method.upper()} $SEATLEDGER{path}"]
    if body:
        said = json.dumps(body_like(body, schemas), indent=2, ensure_ascii=False)
        lines.append(f"-d '{said}'")
    return " \\\n  ".join(lines)
