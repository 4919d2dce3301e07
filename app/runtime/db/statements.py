"""Statements made ready once and sent on the driver itself, for the busiest paths: there SQLAlchemy's way to the driver
costs more than the statement (decision 0025). They are written as ever; the text, the order of the values and what
becomes of each value on its way come from SQLAlchemy's compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    """An INSERT of any number of rows in one round trip. One row travels as values; of several each column's values
    travel as an array, so that there is one text for all their numbers.

    The rows go in as they are ordered. `conflict`: what stands after the values, as `ON CONFLICT DO NOTHING`.
    """

    def __init__(self, table: sa.Table, conflict: str = "") -> None:
        self._table = table
        self._conflict = conflict
        self._kinds: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[Change | None, ...]]] = {}

    async def insert(self, session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many went in. All rows name the same columns."""
        is_one = len(rows) == 1
        return len(await session.fetch(_text_of(((self, tuple(rows[0]), is_one),)), *self.values(rows)))

    def insert_last(self, session: WriteSession, rows: Iterable[Mapping[str, Any]]) -> None:
        """Have the rows written with the transaction's last statement, together with all others that were told so.

        For what nobody reads or refers to before: a round trip for each table becomes one for all. Nothing is awaited;
        what PostgreSQL refuses comes up at the end of the transaction.
        """
        session.gather([(self, row) for row in rows], _insert_gathered)

    def values(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Of a row its values, of several an array for each column."""
        columns = tuple(rows[0])
        _, changes = self._of(columns)
        arrays = [
            [row[name] if change is None else change(row[name]) for row in rows]
            for name, change in zip(columns, changes, strict=True)
        ]
        return arrays if len(rows) > 1 else [value for (value,) in arrays]

    def text(self, columns: tuple[str, ...], first: int, *, is_one: bool) -> str:
        """The INSERT, its values numbered from `first`.

        Raises: ValueError for several rows with a column that is an array: `unnest` would take its arrays apart too.
        """
        kinds, _ = self._of(columns)
        if is_one:
            source = f"VALUES ({', '.join(f'${first + at}' for at in range(len(kinds)))})"
        elif flattened := [name for name, kind in zip(columns, kinds, strict=True) if kind.endswith("[]")]:
            raise ValueError(f"several rows of {self._table.name} at once: {', '.join(flattened)} would be flattened")
        else:
            arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(kinds, start=first))
            source = f"SELECT * FROM unnest({arrays})"  # noqa: S608 - types from the models
        return f"INSERT INTO {self._table.name} ({', '.join(columns)}) {source} {self._conflict} RETURNING 1"

    def _of(self, columns: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Change | None, ...]]:
        known = self._kinds.get(columns)
        if known is None:
            types = [self._table.c[name].type for name in columns]
            known = tuple(kind.compile(dialect=DIALECT) for kind in types), tuple(_change_of(kind) for kind in types)
            self._kinds[columns] = known
        return known


# An INSERT, the columns of its rows, and whether it is one row.
Part = tuple[ReadyInsert, tuple[str, ...], bool]


async def _insert_gathered(session: WriteSession, gathered: Sequence[tuple[ReadyInsert, Mapping[str, Any]]]) -> None:
    groups: dict[tuple[ReadyInsert, tuple[str, ...]], list[Mapping[str, Any]]] = {}
    for insert, row in gathered:
        groups.setdefault((insert, tuple(row)), []).append(row)
    text = _text_of(tuple((*key, len(rows) == 1) for key, rows in groups.items()))
    await session.fetch(text, *[value for (insert, _), rows in groups.items() for value in insert.values(rows)])


@lru_cache(maxsize=1024)
def _text_of(parts: tuple[Part, ...]) -> str:
    """One statement for all: each but the last is a WITH of its own, and PostgreSQL runs them all."""
    texts, first = [], 1
    for insert, columns, is_one in parts:
        texts.append(insert.text(columns, first, is_one=is_one))
        first += len(columns)
    *others, last = texts
    withs = ", ".join(f"part_{at} AS ({text})" for at, text in enumerate(others))
    return f"WITH {withs} {last}" if withs else last
