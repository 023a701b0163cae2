"""
The sandbox: a database of its own with the same tables and a copy of the catalog.

What a sandbox key does happens there and nowhere else: no number series, book, return, run, campaign
or page of the product looks into it, because all of them look into the other database.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from accounts.models import ApiClient
from billing.models import Feature, Plan, Price, Product, SeatPolicy, SeatType, SeatTypeFeature
from kernel.refusal import Refusal
from tax.models import (
    BillingEntity,
    ExchangeRate,
    MarketChecklist,
    Taxability,
    TaxRate,
    TaxRegistration,
    TaxTerritory,
)

# In this order, because a row refers to those before it. Prices of single subscriptions are theirs.
CATALOG: tuple[tuple[type[Model], Mapping[str, Any]], ...] = (
    (Product, {}), (Plan, {}), (SeatType, {}), (Price, {"subscription": None}), (SeatPolicy, {}),
    (Feature, {}), (SeatTypeFeature, {}), (BillingEntity, {}), (TaxRegistration, {}),
    (TaxRate, {}), (Taxability, {}), (TaxTerritory, {}), (ExchangeRate, {}),
    (MarketChecklist, {}),
)  # fmt: skip


class SandboxMissing(Refusal):
    """There is no sandbox, or its database does not answer."""

    code = "sandbox_unavailable"


def sandbox_database() -> BaseDatabaseWrapper:
    """
    A connection to the sandbox, not yet opened.

    :raises SandboxMissing: if none is named
    """
    live = connections[DEFAULT_DB_ALIAS]
    name = settings.SANDBOX_DATABASE or f"{live.settings_dict['NAME']}_sandbox"
    if not settings.HAS_SANDBOX:
        raise SandboxMissing("No sandbox is set up here. Ask whoever runs Seatledger.")
    return type(live)({**live.settings_dict, "NAME": name}, DEFAULT_DB_ALIAS)


@contextmanager
def in_sandbox() -> Iterator[None]:
    """
    For this thread, the sandbox is the database: whoever asks for one gets it, and none other.

    :raises SandboxMissing: if it is not there
    """
    live, sandbox = connections[DEFAULT_DB_ALIAS], sandbox_database()
    try:
        sandbox.ensure_connection()
    except OperationalError:
        raise SandboxMissing("The sandbox does not answer. Ask again later.") from None
    connections[DEFAULT_DB_ALIAS] = sandbox
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = live
        sandbox.close()


def know_client(client: ApiClient) -> None:
    """Inside: rows that say who sent them refer to a row of the client here too, without its key."""
    kept = ApiClient(
        id=client.pk, name=client.name, key_prefix=client.key_prefix, key_digest=str(client.pk),
        scopes=[], is_sandbox=True,
    )  # fmt: skip
    ApiClient.objects.bulk_create([kept], ignore_conflicts=True)


def copy_catalog() -> int:
    """Plans, prices, policies, sellers and tax rates that the sandbox lacks; how many were looked at."""
    copied = 0
    for model, wanted in CATALOG:
        rows = list(model._default_manager.filter(**wanted))
        for row in rows:
            forget_people(row)
        with in_sandbox():
            model._default_manager.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        copied += len(rows)
    return copied


def forget_people(row: Model) -> None:
    """Whoever published it has no account in the sandbox."""
    for field in row._meta.concrete_fields:
        related = field.related_model
        if field.null and related and related._meta.label == settings.AUTH_USER_MODEL:
            setattr(row, field.attname, None)
