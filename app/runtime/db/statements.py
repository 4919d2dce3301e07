"""Statements made ready once and sent on the driver itself, for the busiest paths: there SQLAlchemy's way to the driver
costs more than the statement (decision 0025). They are written as ever; the text, the order of the values and what
becomes of each value on its way come from SQLAlchemy's compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as driver

from app.runtime.db.engine import to_json
from app.runtime.db.session import DriverRow, ReadSession, WriteSession

DIALECT: Final = driver.dialect(dbapi=driver.dialect.import_dbapi(), json_serializer=to_json)  # type: ignore[no-untyped-call]

Change = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    order: tuple[tuple[str, Change | None], ...]
    constants: Mapping[str, Any]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        return [self._value(name, change, given) for name, change in self.order]

    def _value(self, name: str, change: Change | None, given: Mapping[str, Any]) -> Any:
        value = given[name] if name in given else self.constants[name]
        return value if change is None else change(value)


def _change_of(kind: Any) -> Change | None:
    return kind.dialect_impl(DIALECT).bind_processor(DIALECT)  # type: ignore[no-any-return]


class Ready:
    """One statement, with `sa.bindparam`s for what differs. An INSERT without values takes the columns of its row.

    Rows hold what the driver makes of them: of an enum its value.
    """

    def __init__(self, statement: sa.Executable) -> None:
        self._statement: Any = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    async def rows(self, session: ReadSession, values: Mapping[str, Any]) -> Sequence[DriverRow]:
        """Raises: KeyError for a value that is missing."""
        columns = tuple(values)
        compiled = self._compiled.get(columns)
        if compiled is None:
            compiled = self._compiled[columns] = self._compile(columns)
        return await session.fetch(compiled.text, *compiled.values(values))

    def _compile(self, columns: tuple[str, ...]) -> _Compiled:
        compiled = self._statement.compile(dialect=DIALECT, column_keys=list(columns))
        order = tuple((name, _change_of(compiled.binds[name].type)) for name in compiled.positiontup)
        constants = {name: bound.value for name, bound in compiled.binds.items() if not bound.required}
        return _Compiled(str(compiled), order, constants)


class ReadyInsert:
    """An INSERT of any number of rows in one round trip and one text: each column's values travel as an array.

    The rows go in as they are ordered. `conflict`: what stands after the values, as `ON CONFLICT DO NOTHING`.
    """

    def __init__(self, table: sa.Table, conflict: str = "") -> None:
        self._table = table
        self._conflict = conflict
        self._compiled: dict[tuple[str, ...], tuple[str, tuple[Change | None, ...]]] = {}

    async def insert(self, session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many went in. All rows name the same columns."""
        columns = tuple(rows[0])
        compiled = self._compiled.get(columns)
        if compiled is None:
            compiled = self._compiled[columns] = self._compile(columns)
        text, changes = compiled
        arrays = [
            [row[name] if change is None else change(row[name]) for row in rows]
            for name, change in zip(columns, changes, strict=True)
        ]
        return len(await session.fetch(text, *arrays))

    def _compile(self, columns: tuple[str, ...]) -> tuple[str, tuple[Change | None, ...]]:
        types = [self._table.c[name].type for name in columns]
        arrays = ", ".join(f"${at}::{kind.compile(dialect=DIALECT)}[]" for at, kind in enumerate(types, start=1))
        text = (
            f"INSERT INTO {self._table.name} ({', '.join(columns)}) "  # noqa: S608 - names from the models
            f"SELECT * FROM unnest({arrays}) {self._conflict} RETURNING 1"
        )
        return text, tuple(_change_of(kind) for kind in types)
