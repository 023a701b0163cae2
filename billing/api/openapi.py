"""What the OpenAPI document says beyond each view: errors and headers all share, words, security."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import CharField, DecimalField, DictField, ListField

from billing.api.examples import fitting_example
from billing.api.glossary import WORDS
from billing.api.idempotency import HEADER as IDEMPOTENCY_KEY

Json = dict[str, Any]
PROBLEM = {"$ref": "#/components/schemas/Problem"}
DIGITS = re.compile(r"\\d\{0,(\d+)\}(?!\)\?)")  # a decimal has digits before its point
STRICT = frozenset(["EntitlementEventSchema", "ForeseenChangeSchema", "PreviewRequestSchema"])
FEWEST_SPACES = 2
OPERATIONS = ("get", "put", "post", "patch", "delete")
WITH_BODY = ("put", "post", "patch")
# What every operation may answer, by status; others where the operation takes what they are about.
ALWAYS = {
    401: ("api_key_invalid", "not_authenticated"),
    403: ("https_required", "permission_denied"),
    406: ("not_acceptable",),
    429: ("throttled",),
    503: ("sandbox_unavailable", "trail_unavailable"),
}
OF_BODIES = {
    400: ("invalid", "parse_error"),
    413: ("body_too_large",),
    415: ("unsupported_media_type",),
}
OF_QUESTIONS = {400: ("invalid",)}
OF_PATHS = {404: ("not_found",)}
OF_KEYS = {
    400: ("idempotency_key_too_long",),
    409: ("idempotency_key_in_use", "idempotency_key_reused"),
}
SAID = {
    400: "The request cannot be read; `errors` names the fields at fault.",
    401: "There is no key, or it is unknown or revoked.",
    403: "The key lacks the scope, or came in the clear.",
    404: "There is no such thing.",
    406: "This operation does not answer in the type that `Accept` asks for.",
    409: "It contradicts what is recorded.",
    413: "The body is larger than 32 MB.",
    415: "Send `application/json`.",
    422: "It was understood and refused; nothing was written.",
    429: "The key sent too many requests this minute; `Retry-After` says how long to wait.",
    503: "Something needed is away; ask again later.",
}
COMPONENTS: Mapping[str, Json] = {
    "schemas": {
        "Problem": {
            "type": "object",
            "description": "What was refused, for machines and for people.",
            "required": ["code", "message"],
            "properties": {
                "code": {
                    "type": "string",
                    "description": "Stable; docs/api-errors.md has them all",
                },
                "message": {"type": "string", "description": "What was refused and what to do"},
                "errors": {
                    "type": "array",
                    "description": "Every field at fault, where the request could not be read",
                    "items": {"$ref": "#/components/schemas/FieldProblem"},
                },
            },
        },
        "FieldProblem": {
            "type": "object",
            "description": "A field at fault.",
            "required": ["field", "code", "message"],
            "properties": {
                "field": {"type": "string", "description": "Its name, with its place in a list"},
                "code": {"type": "string", "description": "What is wrong, for machines"},
                "message": {"type": "string", "description": "What is wrong, for people"},
            },
        },
    },
    "headers": {
        "RequestId": {
            "description": "The name of this request in our logs and trail. Quote it when you write to us.",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
        },
        "RateLimitPolicy": {
            "description": "Requests a key may send (`q`) in a window of `w` seconds",
            "schema": {"type": "string"},
            "example": '"key";q=60000;w=60',
        },
        "RateLimit": {
            "description": "Requests left (`r`) in this window, which ends in `t` seconds",
            "schema": {"type": "string"},
            "example": '"key";r=59999;t=60',
        },
        "RetryAfter": {
            "description": "Seconds until the next request may come",
            "schema": {"type": "integer", "minimum": 1},
        },
        "Sandbox": {
            "description": "`true`: this happened in the sandbox",
            "schema": {"type": "string", "enum": ["true"]},
        },
        "IdempotentReplayed": {
            "description": "`true`: this is the answer a request with this key got before",
            "schema": {"type": "string", "enum": ["true"]},
        },
    },
}


class DescribedSchema(AutoSchema):
    """The first sentence of a method's words is its summary; its scope stands beside its key."""

    def get_summary(self) -> str | None:
        words = " ".join((self.get_description() or "").split())
        first = re.split(r"(?<=[.;:]) ", words, maxsplit=1)[0]
        if first.count(" ") < FEWEST_SPACES:  # “With `grantee`:” says too little
            first = re.split(r"(?<=[.;]) ", words, maxsplit=1)[0]
        return first.rstrip(".;:") or None

    def get_tags(self) -> list[str]:
        return [tag.replace("-", " ").capitalize() for tag in super().get_tags()]

    def get_auth(self) -> list[Json]:
        scope = getattr(self.view, "scopes", {}).get(self.method)
        return [{name: [str(scope)] if scope else [] for name in one} for one in super().get_auth()]

    def _get_serializer_field_meta(self, field: Any, direction: str) -> Json:
        """What a caller sends may be as strict as the serializer: no blank texts, lists of a length."""
        meta: Json = super()._get_serializer_field_meta(field, direction)
        if direction == "request" and isinstance(field, CharField) and not field.allow_blank:
            meta.setdefault("minLength", 1)
        return meta

    def _map_serializer_field(
        self, field: Any, direction: str, bypass_extensions: bool = False
    ) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if isinstance(field, ListField) and not field.allow_empty:
            schema["minItems"] = 1
        if isinstance(field, DictField) and not field.allow_empty:
            schema["minProperties"] = 1
        if isinstance(field, DecimalField):
            schema["pattern"] = DIGITS.sub(r"\\d{1,\1}", schema["pattern"])
        return schema


def complete(result: Json, **_generator: Any) -> Json:
    """Hook of drf-spectacular: the finished document with what all operations share."""
    for kind, components in COMPONENTS.items():
        result["components"].setdefault(kind, {}).update(components)
    for path in result["paths"].values():
        for method in OPERATIONS:
            if method in path:
                complete_operation(path[method], method)
    for name, schema in result["components"]["schemas"].items():
        describe(schema)
        if name in STRICT:  # read by hand: an unknown field is refused
            schema["additionalProperties"] = False
    return result


def complete_operation(operation: Json, method: str) -> None:
    responses = operation["responses"]
    for status, codes in shared_problems(operation, method).items():
        responses[str(status)] = with_codes(responses.get(str(status)), status, codes)
    operation["responses"] = dict(sorted(responses.items()))
    has_key = names(operation, "header", [IDEMPOTENCY_KEY])
    for status, response in operation["responses"].items():
        response["headers"] = {**response.get("headers", {}), **headers_of(status, has_key=has_key)}
        response["description"] = response.get("description") or said(status)
    for parameter in operation.get("parameters", ()):
        parameter.setdefault("description", WORDS.get(parameter["name"], ""))


def shared_problems(operation: Json, method: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    kinds = {parameter["in"] for parameter in operation.get("parameters", ())}
    wanted = (
        (ALWAYS, True),
        (OF_BODIES, method in WITH_BODY and "requestBody" in operation),
        (OF_QUESTIONS, "query" in kinds),
        (OF_PATHS, "path" in kinds),
        (OF_KEYS, names(operation, "header", [IDEMPOTENCY_KEY])),
    )
    for problems, is_wanted in wanted:
        for status, codes in problems.items() if is_wanted else ():
            found.setdefault(status, set()).update(codes)
    return found


def names(operation: Json, place: str, wanted: Iterable[str]) -> bool:
    """Whether the operation takes a parameter of one of these names in this place."""
    taken = {(one["in"], one["name"]) for one in operation.get("parameters", ())}
    return any((place, name) in taken for name in wanted)


def with_codes(response: Json | None, status: int, codes: set[str]) -> Json:
    """The response with these codes too; a body of its own is one of two."""
    own = (response or {}).get("content", {}).get("application/json", {}).get("schema")
    known = set(codes_of(own)) if own and own.get("$ref") == PROBLEM["$ref"] else set()
    ordered = sorted(codes | known)
    shared = {**PROBLEM, "properties": {"code": {"enum": ordered}}}
    is_own = own is not None and own.get("$ref") != PROBLEM["$ref"]
    schema = {"anyOf": [own, shared]} if is_own else shared
    listed = ", ".join(f"`{code}`" for code in ordered)
    return {
        **(response or {}),
        "content": {"application/json": {"schema": schema}},
        "description": f"{said(str(status))} {listed}.",
    }


def codes_of(schema: Json) -> list[str]:
    """The codes a Problem of this response may carry."""
    one_of = schema.get("anyOf", [schema])
    return [
        code
        for part in one_of
        if part.get("$ref") == PROBLEM["$ref"]
        for code in part.get("properties", {}).get("code", {}).get("enum", ())
    ]


def said(status: str) -> str:
    return SAID.get(int(status), "As asked.") if status.isdigit() else "As asked."


def headers_of(status: str, *, has_key: bool) -> Json:
    wanted = {"X-Request-Id": "RequestId"}
    if status not in ("401", "403", "413"):
        wanted |= {"RateLimit-Policy": "RateLimitPolicy", "RateLimit": "RateLimit"}
    if status not in ("401", "403", "413", "429"):
        wanted["Seatledger-Sandbox"] = "Sandbox"
    if status == "429":
        wanted["Retry-After"] = "RetryAfter"
    if has_key:
        wanted["Idempotent-Replayed"] = "IdempotentReplayed"
    return {name: {"$ref": f"#/components/headers/{kept}"} for name, kept in wanted.items()}


def describe(schema: Json) -> None:
    """One concept, one name: the glossary and the examples say what a field does not say itself."""
    for field, value in schema.get("properties", {}).items():
        if "description" not in value and field in WORDS:
            value["description"] = WORDS[field]
        if (example := fitting_example(field, value)) is not None:
            value["examples"] = [example]
