"""A text of a request that takes no number for a text."""

from typing import Any

from rest_framework import serializers


class StrictText(serializers.CharField):
    """`0` is refused where `"0"` is meant, as the document says."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
