"""The OpenAPI document: without warnings, complete in words, and every code it promises explained."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.enums import ApiScope
from billing.api.error_codes import CODES, EVENT
from billing.api.error_page import error_page, statuses_by_code
from billing.api.openapi import OPERATIONS
from billing.calc import refusals as of_calc
from billing.operations import refusals as of_operations
from kernel.refusal import Refusal

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> dict:
    """As the generator writes it, warnings being errors and the result valid OpenAPI 3.1."""
    path = tmp_path_factory.mktemp("openapi") / "openapi.json"
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json",
        "--file", str(path), stderr=io.StringIO(),
    )  # fmt: skip
    return json.loads(path.read_text())


def operations(document: dict) -> Iterator[dict]:
    for path in document["paths"].values():
        yield from (path[method] for method in OPERATIONS if method in path)


def test_the_document_is_openapi_3_1_with_words_tags_and_a_name_for_each_operation(document):
    said = list(operations(document))

    assert document["openapi"].startswith("3.1")
    assert len({one["operationId"] for one in said}) == len(said)
    assert [one["operationId"] for one in said if not one.get("summary")] == []
    assert [one["operationId"] for one in said if one["tags"][0].islower()] == []


def test_each_operation_says_which_scope_its_key_needs(document):
    scopes = {name for one in operations(document) for name in one["security"][0]["ApiKey"]}

    assert all(one["security"][0]["ApiKey"] for one in operations(document))
    assert scopes <= set(ApiScope.values)


def test_every_parameter_and_field_is_explained(document):
    """Records of the evidence packet are explained in docs/evidence.md."""
    parameters = [
        f"{one['operationId']}: {parameter['name']}"
        for one in operations(document)
        for parameter in one.get("parameters", ())
        if not parameter.get("description")
    ]
    fields = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, said in schema.get("properties", {}).items()
        if not said.get("description") and not name.endswith("Record")
    ]

    assert (parameters, fields) == ([], [])


def test_every_answer_names_its_request_and_most_their_rate_limit(document):
    for one in operations(document):
        for status, response in one["responses"].items():
            assert "X-Request-Id" in response["headers"], (one["operationId"], status)
        assert "Retry-After" in one["responses"]["429"]["headers"]
        assert "RateLimit" in one["responses"]["429"]["headers"]


def test_lists_are_read_by_cursor(document):
    lists = [
        one
        for one in operations(document)
        if "cursor" in {parameter["name"] for parameter in one.get("parameters", ())}
    ]

    assert {"invoices", "customers", "subscriptions", "exception_requests"} <= {
        one["operationId"] for one in lists
    }


def test_every_code_that_may_be_answered_is_explained_and_every_explained_one_is_used(document):
    assert sorted(set(statuses_by_code(document)) ^ set(CODES)) == []


def test_the_page_of_error_codes_is_what_the_document_says(document):
    assert (ROOT / "docs" / "api-errors.md").read_text() == error_page(document), (
        "Run make api-docs."
    )


def test_what_an_event_is_refused_with_is_what_receiving_can_refuse():
    """Found by where refusals are defined: whoever adds one there must name it for the API."""
    defined = {
        one.code
        for module in (of_calc, of_operations)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Refusal) and one is not Refusal
    }

    assert sorted(defined - set(EVENT) - {"subscription_exists"}) == []
