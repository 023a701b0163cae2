"""Write docs/api-errors.md from the OpenAPI document."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from billing.api.document import document
from billing.api.error_page import error_page


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        page = Path(settings.BASE_DIR) / "docs" / "api-errors.md"
        page.write_text(error_page(document()))
        self.stdout.write(f"Written: {page.name}")
