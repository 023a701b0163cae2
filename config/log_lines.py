"""How a line of the log is written: for people as text, for machines as JSON. Both are masked."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from config.log_masks import MaskingFormatter, masked
from config.request_names import current


class RequestNameFilter(logging.Filter):
    """Every line that a request leads to carries its name, whoever writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True


class LineFormatter(MaskingFormatter):
    """For people: the request's name at the end, where there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        line = super().formatMessage(record)
        name = getattr(record, "request_id", "")
        return f"{line} [{name}]" if name else line


class JsonFormatter(logging.Formatter):
    """One object a line: time (UTC), level, logger, message, request id, and what the line says apart."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if name := getattr(record, "request_id", ""):
            said["request_id"] = name
        said |= getattr(record, "said", {})
        if record.exc_info:
            said["traceback"] = masked(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False, default=str)
