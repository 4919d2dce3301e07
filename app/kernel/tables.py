"""Tables as CSV (RFC 4180): read from what people upload, written for what they open in a spreadsheet.

A cell that a spreadsheet would run as a formula is written with an apostrophe before it, and read back without. All
pure.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from app.kernel.errors import Fault, Unprocessable

FORMULA: Final = re.compile(r"[=+\-@\t\r]")
GUARDED: Final = re.compile(r"'[=+\-@\t\r]")
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
MOST_ROWS: Final = 500
MOST_FAULTS: Final = 100


class TableRefused(Unprocessable):
    """Each fault's pointer is `/line/column`, the heading being line 1."""

    code: ClassVar[str] = "table_refused"
    title: ClassVar[str] = "This table cannot be taken as it is, so nothing of it was."
    fault_codes: ClassVar[Mapping[str, str]] = {
        "not_csv": "This is no text of comma-separated values.",
        "no_rows": "There is nothing under the heading.",
        "too_many_rows": "The table has more rows than are taken at once.",
        "too_many_cells": "The row has more cells than the table has columns.",
        "unknown_column": "There is no such column.",
        "column_twice": "This column comes twice.",
    }


@dataclass(frozen=True, slots=True)
class Columns:
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row that are not empty, by column. `line`: where it begins in the file."""

    line: int
    cells: Mapping[str, str]


def fault_at(line: int, column: str, code: str, message: str) -> Fault:
    """`column`: empty for the whole line."""
    return Fault(f"/{line}/{column}" if column else f"/{line}", code, message)


def refuse(faults: Sequence[Fault]) -> None:
    """Raises: TableRefused (422) for any fault; the first hundred are told."""
    if faults:
        told = f"{len(faults)} cell(s) of the table cannot be taken as they are."
        raise TableRefused(told, faults=tuple(faults[:MOST_FAULTS]))


def read_table(text: str, columns: Columns) -> list[Row]:
    """The rows under a heading that names its columns in any order; empty lines are left out.

    Raises: TableRefused (422).
    """
    lines = _lines(text)
    _, heading = next(lines, (1, []))
    names = [name.strip().lower() for name in heading]
    _check_heading(names, columns)
    rows, faults = [], []
    for line, cells in lines:
        if len(cells) > len(names):
            faults.append(fault_at(line, "", "too_many_cells", f"has {len(cells)} cells under {len(names)} columns"))
        told = ((name, _unguarded(cell.strip())) for name, cell in zip(names, cells, strict=False))
        rows.append(Row(line, {name: cell for name, cell in told if cell}))
    if not rows:
        faults.append(fault_at(1, "", "no_rows", "has no rows under its heading"))
    if len(rows) > MOST_ROWS:
        faults.append(fault_at(rows[MOST_ROWS].line, "", "too_many_rows", f"{MOST_ROWS} rows are the most"))
    refuse(faults)
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not empty, with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as broken:
        refuse([fault_at(line, "", "not_csv", f"cannot be read: {broken}")])


def _check_heading(names: Sequence[str], columns: Columns) -> None:
    faults = [fault_at(1, name, "required", "This column is required.") for name in missing(columns.required, names)]
    for place, name in enumerate(names):
        if name not in columns.all:
            faults.append(fault_at(1, name[:50], "unknown_column", "There is no such column."))
        elif name in names[:place]:
            faults.append(fault_at(1, name, "column_twice", "This column comes twice."))
    refuse(faults)


def missing(required: Iterable[str], names: Collection[str]) -> list[str]:
    return [name for name in required if name not in names]


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """With a heading, lines ended as RFC 4180 wants, no cell a formula."""
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_guarded(row.get(column, "")) for column in columns])
    return page.getvalue()


def _guarded(cell: str) -> str:
    # What begins like a guarded cell is guarded too, so that reading gives back what was written.
    is_plain = NUMBER.fullmatch(cell) or not (FORMULA.match(cell) or GUARDED.match(cell))
    return cell if is_plain else f"'{cell}"


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and (GUARDED.match(cell) or GUARDED.match(cell[1:])) else cell
