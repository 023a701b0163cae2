"""The desk. After each migrate the staff roles carry what they should."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

LAST_APP_WITH_TABLES = "desk"


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = "Desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(grant_roles, sender=apps.get_app_config(LAST_APP_WITH_TABLES))


def grant_roles(**_signal: Any) -> None:
    """Every permission exists by now: Django makes an app's permissions before this is called."""
    from accounts.operations.grant_staff_roles import (  # noqa: PLC0415 - models are not loaded at import
        grant_staff_roles,
    )

    grant_staff_roles()
