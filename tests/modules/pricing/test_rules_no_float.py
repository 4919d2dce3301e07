"""No float on the way of money: no literal, no conversion, no arithmetic that makes one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import app.kernel.money
import app.modules.pricing.rules
from app.modules.pricing import values

pytestmark = pytest.mark.unit

RULES = Path(app.modules.pricing.rules.__path__[0])
PURE = [*sorted(RULES.glob("*.py")), Path(values.__file__)]
MAKES_FLOATS = {"fsum", "sqrt", "pow", "total_seconds", "timestamp", "as_integer_ratio"}


def floats_in(source: str) -> list[int]:
    """The lines of a source that hold a float literal, name the type, or call what answers with one."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.expr):
            continue
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
        is_name = isinstance(node, ast.Name) and node.id == "float"
        is_call = isinstance(node, ast.Attribute) and node.attr in MAKES_FLOATS
        if is_literal or is_name or is_call:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.name)
def test_source_has_no_float(path: Path) -> None:
    assert floats_in(path.read_text()) == []


@pytest.mark.parametrize("planted", ["x = 1.5", "def f(x: float): ...", "y = delta.total_seconds()", "float('1')"])
def test_the_check_sees_a_planted_float(planted: str) -> None:
    assert floats_in(planted) == [1]


def test_the_check_reads_the_whole_engine() -> None:
    assert {"engine.py", "line_haul.py", "estimator.py", "values.py"} <= {path.name for path in PURE}
