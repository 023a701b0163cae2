"""JSON of the API: decimals are text, because a float would say another number."""

import json
from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class ExactEncoder(JSONEncoder):
    def default(self, obj: Any) -> Any:
        return str(obj) if isinstance(obj, Decimal) else super().default(obj)


class ExactJSONRenderer(JSONRenderer):
    encoder_class = ExactEncoder


class StorableJSONParser(JSONParser):
    """JSON whose texts PostgreSQL can keep: no NUL and no half of a surrogate pair, in names neither."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read()
        data = super().parse(BytesIO(raw), media_type, parser_context)
        if b"\\u" in raw and not is_storable(data):
            raise ParseError("A text holds a NUL or half of a surrogate pair. Leave it out.")
        return data


def is_storable(data: Any) -> bool:
    try:
        text = json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return b"\\u0000" not in text
