"""JSON on the pages of the admin, as text: Unfold colors it by inline styles, which our policy refuses."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold import fields


def json_as_text(data: Any, encoder: type[json.JSONEncoder] | None) -> SafeString:
    text = json.dumps(data, sort_keys=True, indent=4, ensure_ascii=False, cls=encoder)
    return format_html('<pre class="dk-json">{}</pre>', text)


def show_json_as_text() -> None:
    """Unfold has no setting for it; tests/browser/test_csp.py tells when this no longer reaches it."""
    fields.prettify_json = json_as_text
