"""The app of customers and people. After each migrate there is an authority matrix to decide by."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils import timezone

RULES = "accounts_authorityrule"


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Customers and people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.views.sign_in import (  # noqa: PLC0415 - models are not loaded at import
            signals,
        )

        post_migrate.connect(set_up, sender=self)
        signals.watch()


def set_up(*, using: str, **_signal: Any) -> None:
    """Somebody who migrated back to before there was a matrix gets none; what exists stays."""
    from accounts.operations.publish_authority import (  # noqa: PLC0415 - models are not loaded at import
        set_up_authority,
    )

    if RULES in connections[using].introspection.table_names():
        set_up_authority(at=timezone.now())
