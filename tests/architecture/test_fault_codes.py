"""What a refusal says of single places is in the catalogue of codes, wherever it is said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from app import registry

pytestmark = pytest.mark.unit

APP: Final = Path(registry.__file__).parent
# Who is told a code, and as which argument.
CALLS: Final = {"Fault": 1, "_fault": 1, "line.fault": 1, "fault_at": 2, "PydanticCustomError": 0}
# What only warns is no error.
WARNINGS: Final = "modules/pricing/rules/lint.py"
# Files that pass on a code: one that is told elsewhere in full, one of the library's rules, or a tuple's (below).
PASSED_ON: Final = {
    "kernel/ports/geocoding.py",
    "kernel/tables.py",
    "modules/calendar/rules/windows.py",
    "modules/fleet/schemas/tables.py",
    "modules/fleet/service/imports.py",
    "modules/pricing/rules/config.py",
    "modules/pricing/rules/rule.py",
    "runtime/web/problems.py",
}
# The library's own name of a rule, which one of our checks takes.
RULES: Final = {"too_short", "missing"}
CODE: Final = re.compile(r"[a-z]+(_[a-z]+)*")


def text_of(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def code_in(call: ast.Call) -> ast.expr | None:
    """The code that a call is told, by its place or its name."""
    place = CALLS.get(ast.unparse(call.func))
    if place is None:
        return None
    named = [word.value for word in call.keywords if word.arg == "code"]
    return named[0] if named else call.args[place]


def codes_of_part(node: ast.Tuple) -> Iterator[str]:
    """Of what a check of fields refuses: (where, code, sentence), maybe with an example."""
    if len(node.elts) in (3, 4) and isinstance(node.elts[0], ast.Tuple | ast.Name | ast.BinOp):
        code = text_of(node.elts[1])
        if code and CODE.fullmatch(code):
            yield code


def codes_of_problem(node: ast.Assign) -> Iterator[str | None]:
    """Of what is wrong with a window: problem = (code, field, sentence)."""
    if ast.unparse(node.targets[0]) == "problem" and isinstance(node.value, ast.Tuple):
        yield text_of(node.value.elts[0])


def codes_of_call(call: ast.Call) -> Iterator[str | None]:
    code = code_in(call)
    if ast.unparse(call.func) == "Rise" and (told := text_of(call.args[1])):
        yield told
    elif code is not None and not ast.unparse(code).endswith(".code"):  # an error's own, which the catalogue has
        yield text_of(code)


def codes_told(text: str) -> Iterator[str | None]:
    """None: by a name, which says nothing here."""
    is_checked = "rules.rule import" in text or "def refusal(" in text
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            yield from codes_of_call(node)
        elif isinstance(node, ast.Tuple) and is_checked:
            yield from codes_of_part(node)
        elif isinstance(node, ast.Assign):
            yield from codes_of_problem(node)


def told_by_file() -> dict[str, set[str | None]]:
    files = {file.relative_to(APP).as_posix(): file.read_text() for file in sorted(APP.rglob("*.py"))}
    told = {name: set(codes_told(text)) for name, text in files.items() if name != WARNINGS}
    return {name: codes for name, codes in told.items() if codes}


def test_every_code_of_a_place_is_in_the_catalogue() -> None:
    known = {code for error in registry.errors() for code in (error.code, *error.fault_codes)}
    told = {code for codes in told_by_file().values() for code in codes if code is not None}
    seen = {"arrival_window_too_wide", "window_reversed", "homes_shrink", "free_labour", "falling", "not_csv", "common"}
    assert seen <= told
    assert told - known - RULES == set()


def test_no_meaning_is_of_a_code_that_nobody_tells() -> None:
    told = {code for codes in told_by_file().values() for code in codes}
    meant = {code for error in registry.errors() for code in error.fault_codes}
    assert meant - told == {"unknown_field"}  # the library's rule, by our name


def test_a_code_goes_by_another_name_only_where_it_is_passed_on() -> None:
    assert {name for name, codes in told_by_file().items() if None in codes} <= PASSED_ON


def test_each_kind_of_telling_is_seen() -> None:
    assert list(codes_told("Fault('/x', code='a_b', message='c')")) == ["a_b"]
    assert list(codes_told("Fault('/x', CODE, 'c')")) == [None]
    assert list(codes_told("Fault('/x', Refused.code, 'c')")) == []
    checks = "from app.modules.pricing.rules.rule import refusal\nraise refusal((('value',), 'a_b', f'c {1}'))"
    assert list(codes_told(checks)) == ["a_b"]
