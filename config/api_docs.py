"""Writes docs/api-errors.md from the OpenAPI document."""

from billing.api.document import document
from billing.api.error_page import error_page
from config.environment import BASE_DIR


def main() -> None:
    """Django must be set up, because the document is made of the views."""
    (BASE_DIR / "docs" / "api-errors.md").write_text(error_page(document()))
