"""An example for each field people send, once, as docs/api.md tells its story; and bodies made of them."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
EXAMPLES: Mapping[str, Any] = {
    "actor": "Hana Ito",
    "address_line1": "1 Lake Street",
    "advance_to": "2026-12-02T00:00:00Z",
    "amount_minor": 5000,
    "as_of": "2027-01-31T00:00:00Z",
    "billing_entity": "LRUS",
    "billing_owner_email": "hana@globex.example",
    "billing_owner_name": "Hana Ito",
    "cancel_url": "https://shop.example/back",
    "city": "Round Rock",
    "counts": {"member": 2},
    "country": "US",
    "currency": "USD",
    "customer": "globex",
    "customer_text": "Ten percent off for three months.",
    "effective_at": "2026-11-04T09:30:00Z",
    "ends_on": "2027-05-01",
    "external_id": "globex-board",
    "feature": "exports",
    "grantee": "u-17",
    "group": "globex-design",
    "interval_count": 1,
    "invoices": ["LRIE-000123"],
    "legal_name": "Globex Inc.",
    "payment_terms_days": 30,
    "plan": "board-team",
    "postal_code": "78664",
    "quantity": 2,
    "reason": "Competes with a cheaper offer",
    "region": "TX",
    "reported_at": "2026-11-05T06:00:00Z",
    "seat_type": "member",
    "seats": {"member": 5},
    "source": "product",
    "source_event_id": "globex-e1",
    "starts_on": "2026-11-01",
    "subject": "globex-team",
    "subscription": "globex-board",
    "success_url": "https://shop.example/ok",
    "team": "Sales EMEA",
    "terms": {"seat_type": "member", "percent": 10},
    "text": "Outage on 3 March",
    "time_zone": "America/New_York",
    "url": "https://product.example/hooks",
}
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "object": dict, "array": list,
}  # fmt: skip
DEEPEST = 4


def fitting_example(name: str, schema: Json) -> Any:
    """The example of a field, where it is of the schema's kind; else None."""
    example, kind = EXAMPLES.get(name), schema.get("type")
    kinds = [one for one in (kind if isinstance(kind, list) else [kind]) if one != "null"]
    is_fitting = len(kinds) == 1 and isinstance(example, TYPES.get(str(kinds[0]), ()))
    is_short = not isinstance(example, str) or len(example) <= schema.get("maxLength", 10**6)
    return example if is_fitting and is_short else None


def body_like(schema: Json, schemas: Mapping[str, Json], *, depth: int = 0) -> Any:
    """A body with what is required and what has an example, for people to begin with."""
    if "$ref" in schema:
        return body_like(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth=depth)
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("type") == "array":
        return [body_like(schema["items"], schemas, depth=depth + 1)] if depth < DEEPEST else []
    if "properties" in schema:
        required = schema.get("required", ())
        return {
            name: body_like(said, schemas, depth=depth + 1)
            for name, said in schema["properties"].items()
            if name in required and depth < DEEPEST
        }
    return schema.get("default", STANDING_FOR.get(str(schema.get("format") or schema.get("type"))))


STANDING_FOR: Mapping[str, Any] = {
    "string": "text", "integer": 1, "boolean": True, "object": {}, "date": "2026-11-01",
    "date-time": "2026-11-01T00:00:00Z", "uuid": "0199c0de-0000-7000-8000-000000000000",
    "uri": "https://example.com/",
}  # fmt: skip
