"""Who stands by while a test calls routes, and afterwards compares what was done with what the trail says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI

from app.kernel.scopes import Scope
from tests.conftest import Logins
from tests.documented import operations
from tests.modules.audit.commands import TOLD

# What is no person's: numbers, dates, ids, and words of our own.
_PLAIN = re.compile(r"[a-z_]+|[\d.,:TZ+-]*|[0-9a-f-]{36}|[A-Z]{1,3}|US-[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, and the request that it was to."""

    operation: str
    status: int
    request_id: str
    expected: str | None


class Witness:
    def __init__(self, app: FastAPI) -> None:
        self._operations = operations(app)
        self.seen: list[Seen] = []
        self.written: set[str] = set()

    async def look(self, answer: httpx.Response) -> None:
        """A response hook of the client."""
        request = answer.request
        body = _json(await request.aread())
        self.written |= {text for text in _texts(body) if not _PLAIN.fullmatch(text)} - set(Scope)
        operation = self._operation_of(request)
        assert operation != "none" or answer.status_code == 405, request.url
        told = TOLD.get(operation) if answer.is_success else None
        if operation == "bookings.hold_booking" and "quote_id" in body:
            told = None  # A customer's own: nobody acted for the company.
        self.seen.append(Seen(operation, answer.status_code, answer.headers["x-request-id"], told))

    def _operation_of(self, request: httpx.Request) -> str:
        for pattern, item in self._operations:
            if pattern.fullmatch(request.url.path) and request.method.lower() in item:
                name: str = item[request.method.lower()]["operationId"]
                return name
        return "none"


async def entries_by_request(logins: Logins) -> tuple[dict[str, Counter[str]], str]:
    """The actions that each request left, and all entries as the database shows them."""
    connection = await asyncpg.connect(logins.admin)
    try:
        rows = await connection.fetch("SELECT request_id, action, to_jsonb(e)::text AS whole FROM app.audit_entries e")
    finally:
        await connection.close()
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row["request_id"] or "", Counter())[row["action"]] += 1
    return found, "\n".join(row["whole"] for row in rows)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content or b"{}")
    except ValueError:
        return {}


def _texts(body: Any) -> Iterator[str]:
    if isinstance(body, dict):
        body = list(body.values())
    if isinstance(body, list):
        for one in body:
            yield from _texts(one)
    elif isinstance(body, str):
        yield body
