"""The tables of docs/security.md: a row for each requirement and attack, and for each row tests that stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.unit

DOCUMENT: Final = ROOT / "docs/security.md"
ROW: Final = re.compile(r"^\| (\d+|[A-Z]+-\d+) \|[^|]*\|([^|]*)\|$", re.MULTILINE)
NAMED: Final = re.compile(r"`(tests/[\w/]+\.py)::([\w.]+)`")
# Anywhere in the document: a file may be named without its room, or stand before its second test unnamed.
CLAIMED: Final = re.compile(r"`(?:([\w/]+\.py)(?:::([\w.]+))?|::([\w.]+))`")
REQUIREMENTS: Final = {"AUTH": 12, "OTP": 4, "API": 10, "PII": 4}
ATTACKS: Final = 56
# What is not there cannot be attacked: tests/architecture/test_surface.py says that it is not.
NOT_BUILT: Final = frozenset({"API-3", "20", "21", "22"})
ROWS: Final = ROW.findall(DOCUMENT.read_text())


@cache
def _tests_of(path: Path) -> frozenset[str]:
    def names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from names(node.body, f"{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield prefix + node.name

    return frozenset(names(ast.parse(path.read_text()).body))


def test_every_requirement_and_every_attack_has_one_row() -> None:
    wanted = [f"{kind}-{number}" for kind, last in REQUIREMENTS.items() for number in range(1, last + 1)]
    assert sorted(name for name, _ in ROWS) == sorted([*wanted, *map(str, range(1, ATTACKS + 1))])


@pytest.mark.parametrize(("name", "tests"), ROWS)
def test_the_tests_that_a_row_names_stand(name: str, tests: str) -> None:
    named = NAMED.findall(tests)
    if name in NOT_BUILT:
        assert (named, tests.strip().startswith("not built: ")) == ([], True)
        return
    assert named, f"row {name} names no test"
    for file, test in named:
        assert test in _tests_of(ROOT / file), f"row {name}: {file} has no {test}"


def test_whatever_the_document_names_stands() -> None:
    named = ROOT
    for file, name, another in CLAIMED.findall(DOCUMENT.read_text()):
        if file:
            named = ROOT / file if "/" in file else _beside(named, file)
        assert named.exists(), f"there is no {file}"
        if wanted := name or another:
            tests = _tests_of(named)
            is_there = any(one == wanted or one.startswith(f"{wanted}.") for one in tests)
            assert is_there, f"{named.name} has no {wanted}"


def _beside(named: Path, file: str) -> Path:
    """The file of this name in the room of the one that was named before, or else the only one."""
    if (named.parent / file).is_file():
        return named.parent / file
    [only] = (ROOT / "tests").rglob(file)
    return only
