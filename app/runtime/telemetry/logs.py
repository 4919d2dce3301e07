"""JSON lines on standard error, with the request id, and with personal data masked wherever it slipped in."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import traceback
from contextlib import nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

request_id: ContextVar[str] = ContextVar("request_id", default="")

ACCESS: Final = "movehub.access"
BATCH_SECONDS: Final = 0.2
LONGEST_BATCH: Final = 200

_MASKS: Final = (
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"), "[email]"),
    (re.compile(r"\+\d{8,15}\b"), "[phone]"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_.-]+"), "[token]"),
    (re.compile(r"\bmh[a-z]_[A-Za-z0-9_-]{20,}"), "[token]"),
    (re.compile(r"(?i)(://[^:/@\s]+:)[^@\s]+@"), r"\1[secret]@"),
)
# The database quotes the value or the row that it refuses, the validator its input.
_QUOTING: Final = frozenset({"asyncpg", "sqlalchemy", "pydantic_core"})
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def mask(text: str) -> str:
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


def _trace(error: BaseException | None) -> str:
    """As Python writes it, without the messages of those who quote values."""
    told: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        told.append(
            f"Traceback (most recent call last):\n{''.join(traceback.format_tb(error.__traceback__))}{_name(error)}"
        )
        if isinstance(error, BaseExceptionGroup):
            told[-1] += "".join(f"\n  | {line}" for one in error.exceptions for line in _trace(one).splitlines())
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nled to\n\n".join(reversed(told))


def _name(error: BaseException) -> str:
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if kind.__module__.partition(".")[0] not in _QUOTING:
        return f"{name}: {error}"
    facts = {fact: getattr(error, fact, None) for fact in ("sqlstate", "constraint_name", "statement")}
    return f"{name} { ({fact: value for fact, value in facts.items() if value}) }"


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
            line["exception"] = _trace(record.exc_info[1])
        text = json.dumps(line, default=str, ensure_ascii=False)
        # An access line holds a method, a route's template and numbers: there is nothing in it to mask.
        return text if record.name == ACCESS else mask(text)


class Batched(logging.Handler):
    """Writes lines in batches, one system call for a fifth of a second of them; a warning takes all along at once."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.append(self.format(record))
        except Exception:  # noqa: BLE001 - logging's own rule: a bad record is reported, never raised
            self.handleError(record)
            return
        if record.levelno >= logging.WARNING or len(self._lines) >= LONGEST_BATCH:
            self.flush()
        elif self._timer is None:
            try:
                self._timer = asyncio.get_running_loop().call_later(BATCH_SECONDS, self.flush)
            except RuntimeError:  # no loop runs: the command line
                self.flush()

    def flush(self) -> None:
        with self.lock or nullcontext():
            lines, self._lines = self._lines, []
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if lines:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()


def configure(level: str) -> None:
    handler = Batched(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Our own middleware writes the access log: theirs has the query string in it.
    logging.getLogger("uvicorn.access").disabled = True
