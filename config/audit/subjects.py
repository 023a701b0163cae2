"""What a subject is called and whose it is: one query by its kind and id."""

from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

LABELS = {
    "customer": "legal_name", "invoice": "number", "invoiceline": "invoice__number",
    "billingowner": "name", "grantee": "external_id", "group": "name", "payment": "reference",
    "subscription": "external_id", "user": "username", "exemptioncertificate": "number",
    "exceptionrequest": "number",
}  # fmt: skip
CUSTOMERS = {
    "customer": "pk", "bankline": "payment__customer", "creditnote": "invoice__customer",
    "invoicedocument": "invoice__customer", "invoicevoid": "invoice__customer",
    "casecampaign": "case__customer", "casenote": "case__customer",
    "casereceivable": "case__customer", "dunningstep": "case__customer",
    "message": "case__customer", "pause": "case__customer", "promise": "case__customer",
}  # fmt: skip
KNOWN_BY = {
    "customer": "external_id", "invoice": "number", "subscription": "external_id",
    "exceptionrequest": "number",
}  # fmt: skip
APPS = ("accounts", "billing", "dunning", "tax", "desk", "auth")


@dataclass(frozen=True, slots=True)
class Subject:
    """`id` is the row's own where it was found; else what the address named."""

    id: str
    label: str = ""
    customer_id: UUID | None = None


def subject_of(kind: str, key: str) -> Subject:
    """One query, or none where the kind is no table or the key is no key of it."""
    model = model_of(kind)
    if model is None or not key:
        return Subject(key)
    lookup = lookup_of(model, kind, key)
    if lookup is None:
        return Subject(key)
    columns = {"id": "pk", "label": LABELS.get(kind, ""), "customer": customer_path(model, kind)}
    asked = {name: path for name, path in columns.items() if path}
    row = model._base_manager.filter(**{lookup: key}).values_list(*asked.values()).first()
    if row is None:
        return Subject(key)
    found = dict(zip(asked, row, strict=True))
    return Subject(str(found["id"]), str(found.get("label") or ""), found.get("customer"))


def model_of(kind: str) -> type[Model] | None:
    return next(
        (
            apps.get_model(app, kind)
            for app in APPS
            if apps.is_installed(app) or app == "auth"
            if kind in apps.get_app_config(app).models
        ),
        None,
    )


def lookup_of(model: type[Model], kind: str, key: str) -> str | None:
    """By its primary key where the text can be one, else by what people call it."""
    if is_key_of(model, key):
        return "pk"
    return KNOWN_BY.get(kind)


def is_key_of(model: type[Model], key: str) -> bool:
    if model._meta.pk.get_internal_type() == "UUIDField":
        try:
            UUID(key)
        except ValueError:
            return False
        return True
    return key.isascii() and key.isdigit() and len(key) < 19


def customer_path(model: type[Model], kind: str) -> str:
    if kind in CUSTOMERS:
        return CUSTOMERS[kind]
    try:
        model._meta.get_field("customer")
    except FieldDoesNotExist:
        return ""
    return "customer"
