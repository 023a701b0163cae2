"""The app of recovery. After each migrate the campaigns a new installation starts with stand there."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils import timezone

CAMPAIGNS = "dunning_campaign"


class DunningConfig(AppConfig):
    name = "dunning"
    verbose_name = "Recovery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(set_up, sender=self)


def set_up(*, using: str, **_signal: Any) -> None:
    """Somebody who migrated back to before there was recovery gets none; what exists stays."""
    from dunning.operations.set_up_campaigns import (  # noqa: PLC0415 - models are not loaded at import
        set_up_campaigns,
    )

    if CAMPAIGNS in connections[using].introspection.table_names():
        set_up_campaigns(at=timezone.now())
