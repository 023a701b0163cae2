"""Fields of requests that take what the document says and nothing that merely looks like it."""

from typing import Any

from rest_framework import serializers


class TextField(serializers.CharField):
    """A text: numbers are not turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
