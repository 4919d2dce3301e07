"""The statements of one booking by hand, as the program sends them, written as a script for pgbench.

The program books twice in this process, and what the second booking sent is taken: literals as they are, and where
something differs from booking to booking an expression of `client_id`, and of `n`, which rises with each transaction
of a client.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
from sqlalchemy import event

from app.main import create_app
from app.runtime.settings import Settings
from bench.load import HOST

TRANSACTION: Final = "(:client_id::text || ' ' || :n::text)"
TEXT: Final = re.compile(r"'([^']*)'")
PARAMETER: Final = re.compile(r"\$(\d+)")
# pgbench takes a colon before a letter for one of its variables.
COLON: Final = r"\x3a"


@dataclass(frozen=True, slots=True)
class Sent:
    """One statement on the wire with its bound values."""

    text: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Two bookings to record, by the same caller.

    The second is for the first of `trucks` and `drivers`; in the script each client has its own of them, and the
    windows follow one another from `starts_at` on. `constants`: the ids that stay what they are.
    """

    token: str
    bodies: tuple[dict[str, Any], dict[str, Any]]
    trucks: tuple[str, ...]
    drivers: tuple[str, ...]
    starts_at: datetime
    length: timedelta
    constants: frozenset[str]


class Recorder:
    """Listens on an engine: to what SQLAlchemy executes, and to what is sent on the driver itself."""

    def __init__(self, engine: Any) -> None:
        self.sent: list[Sent] = []
        event.listen(engine, "do_connect", self._choose_class)
        event.listen(engine, "before_cursor_execute", self._note)

    def _choose_class(self, *arguments: Any) -> None:
        sent = self.sent

        class Recorded(asyncpg.Connection):
            async def execute(self, query: str, *values: Any, **options: Any) -> str:
                sent.append(Sent(query, values))
                return await super().execute(query, *values, **options)

            async def fetch(self, query: str, *values: Any, **options: Any) -> Any:
                sent.append(Sent(query, values))
                return await super().fetch(query, *values, **options)

            async def fetchrow(self, query: str, *values: Any, **options: Any) -> Any:
                sent.append(Sent(query, values))
                return await super().fetchrow(query, *values, **options)

        connect_arguments = arguments[3]
        connect_arguments["connection_class"] = Recorded

    def _note(self, *arguments: Any) -> None:
        _, _, statement, parameters, _, _ = arguments
        many = parameters if isinstance(parameters, list) else [parameters]
        self.sent += [Sent(statement, tuple(values)) for values in many]


async def record(settings: Settings, plan: Plan) -> list[str]:
    """The lines of the script. Raises: NotRecorded."""
    app = create_app(settings)
    recorder = Recorder(app.state.resources.database.bind.sync_engine)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}") as client,
    ):
        for body in plan.bodies:
            recorder.sent.clear()
            headers = {"Authorization": f"Bearer {plan.token}", "Idempotency-Key": uuid4().hex}
            answer = await client.post("/v1/bookings", json=body, headers=headers)
            if answer.status_code != 201:
                raise NotRecorded(f"A booking by hand was answered with {answer.status_code}: {answer.text[:500]}")
    return _Script(plan, answer.json()["reference"], headers["Idempotency-Key"]).lines(recorder.sent)


class NotRecorded(Exception):
    """The program did not book."""


class _Script:
    def __init__(self, plan: Plan, reference: str, key: str) -> None:
        start = f"({_literal(plan.starts_at)}::timestamptz + :n::integer * {_literal(plan.length)})"
        self._known = {
            plan.trucks[0]: _one_of(plan.trucks),
            plan.drivers[0]: _one_of(plan.drivers),
            reference: f"'MH-' || {TRANSACTION}",
            key: f"md5({TRANSACTION})",
        } | {one: f"'{one}'::uuid" for one in plan.constants}
        self._instants = {plan.starts_at: start, plan.starts_at + plan.length: f"({start} + {_literal(plan.length)})"}
        self._made: dict[UUID, str] = {}

    def lines(self, sent: Sequence[Sent]) -> list[str]:
        """One statement a line, in the order they were sent."""
        lines = [r"\set n :n + 1"]
        for one in sent:
            for statement in filter(None, (part.strip() for part in one.text.split(";"))):
                text = TEXT.sub(lambda found: _quoted(found[1]) if ":" in found[1] else found[0], statement)
                bound = PARAMETER.sub(partial(self._bound, one.values), text)
                lines.append(" ".join(bound.split()) + ";")
        return lines

    def _bound(self, values: Sequence[Any], found: re.Match[str]) -> str:
        return self._value(values[int(found[1]) - 1])

    def _value(self, value: Any) -> str:
        if isinstance(value, list | tuple):
            return f"ARRAY[{', '.join(map(self._value, value))}]" if value else "'{}'"
        if isinstance(value, asyncpg.Range):
            return f"tstzrange({self._value(value.lower)}, {self._value(value.upper)}, '[)')"
        if isinstance(value, datetime) and value in self._instants:
            return self._instants[value]
        if isinstance(value, UUID) and str(value) not in self._known:
            return self._made.setdefault(value, f"md5({TRANSACTION} || ' {len(self._made)}')::uuid")
        return self._known.get(str(value)) or _literal(value)


def _one_of(ids: Sequence[str]) -> str:
    return f"('{{{','.join(ids)}}}'::uuid[])[:client_id::integer + 1]"


def _literal(value: object) -> str:
    """A value without its type, which stands beside its place in the statement."""
    match value:
        case None:
            return "NULL"
        case bytes():
            return rf"'\x{value.hex()}'"
        case date():
            return _quoted(value.isoformat())
        case timedelta():
            return f"interval '{value.total_seconds():.0f} seconds'"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", COLON)
    return f"E'{escaped}'"
