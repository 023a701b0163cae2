"""The tax app. After each migrate the published facts stand in their tables."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

NEWEST_TABLE = "tax_taxterritory"


class TaxConfig(AppConfig):
    name = "tax"
    verbose_name = "Tax"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(load_facts, sender=self)


def load_facts(*, using: str, **_signal: Any) -> None:
    """Somebody who migrated back to before there were facts gets none."""
    from tax.operations.load_tax_facts import (  # noqa: PLC0415 - models are not loaded at import
        load_tax_facts,
    )

    if NEWEST_TABLE in connections[using].introspection.table_names():
        load_tax_facts()
