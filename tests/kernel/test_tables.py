"""CSV as people upload it, and as their spreadsheets open it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.tables import MOST_ROWS, Columns, TableRefused, read_table, write_table

pytestmark = pytest.mark.unit

COLUMNS = Columns(required=("name", "size"), optional=("note",))
# What stays of a cell is what stands in it, but for blanks around it.
CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(str.strip)


def faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(TableRefused) as refused:
        read_table(text, COLUMNS)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


class TestReadTable:
    def test_columns_come_in_any_order_and_empty_lines_are_nothing(self):
        rows = read_table('size,NAME\r\n\r\n1," a ""b"", c "\r\n,\r\n"2\r\n3",d\r\n4,e', COLUMNS)
        assert [(row.line, row.cells) for row in rows] == [
            (3, {"size": "1", "name": 'a "b", c'}),
            (5, {"size": "2\r\n3", "name": "d"}),
            (7, {"size": "4", "name": "e"}),
        ]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", [("/1/name", "required"), ("/1/size", "required")]),
            ("name\na", [("/1/size", "required")]),
            ("name,size,colour\na,1,b", [("/1/colour", "unknown_column")]),
            ("name,size,name\na,1,b", [("/1/name", "column_twice")]),
            ("name,size", [("/1", "no_rows")]),
            ("name,size\na,1,b\nc,2", [("/2", "too_many_cells")]),
            ('name,size\na,1\n"b,2', [("/3", "not_csv")]),
            ("name,size\n" + "a,1\n" * (MOST_ROWS + 1), [(f"/{MOST_ROWS + 2}", "too_many_rows")]),
        ],
    )
    def test_what_is_no_table_is_refused(self, text: str, expected: list[tuple[str, str]]):
        assert faults(text) == expected


class TestWriteTable:
    @pytest.mark.parametrize("formula", ["=1+1", "+14155550135", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", "'=1"])
    def test_no_cell_is_a_formula(self, formula: str):
        written = write_table(("name", "size"), [{"name": formula, "size": "-12.5"}])
        assert written.splitlines()[1].startswith(("'", "\"'"))
        assert written.rstrip().endswith(",-12.5")
        assert read_table(written, COLUMNS)[0].cells == {"name": formula, "size": "-12.5"}

    @given(st.lists(st.tuples(CELLS, CELLS, CELLS).filter(any), min_size=1, max_size=5))
    def test_what_was_written_is_read_again(self, rows: list[tuple[str, str, str]]):
        told = [{k: v for k, v in zip(COLUMNS.all, row, strict=True) if v} for row in rows]
        assert [row.cells for row in read_table(write_table(COLUMNS.all, told), COLUMNS)] == told
