"""JSON lines on standard error, with the request id, and with personal data masked wherever it slipped in."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

request_id: ContextVar[str] = ContextVar("request_id", default="")

_MASKS: Final = (
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"), "[email]"),
    (re.compile(r"\+\d{8,15}\b"), "[phone]"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_.-]+"), "[token]"),
    (re.compile(r"\bmh[a-z]_[A-Za-z0-9_-]{20,}"), "[token]"),
    (re.compile(r"(?i)(://[^:/@\s]+:)[^@\s]+@"), r"\1[secret]@"),
)
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def mask(text: str) -> str:
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            line["request_id"] = current
        line.update({key: value for key, value in vars(record).items() if key not in _OWN})
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            # PostgreSQL quotes the failing row in DETAIL.
            line["exception"] = "\n".join(kept for kept in trace.splitlines() if not kept.startswith("DETAIL:"))
        return mask(json.dumps(line, default=str, ensure_ascii=False))


def configure(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Our own middleware writes the access log: theirs has the query string in it.
    logging.getLogger("uvicorn.access").disabled = True
