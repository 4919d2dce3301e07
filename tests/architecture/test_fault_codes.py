"""What a refusal says of single places is in the catalogue of codes, in the rooms that speak of time and place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app import registry

APP: Final = Path(registry.__file__).parent
ROOMS: Final = ("kernel", "modules/bookings", "modules/calendar", "modules/dispatch", "modules/orgs")
# The code of a rule that a field breaks: the name says all.
RULES: Final = {"required"}


def codes_told(room: str) -> Iterator[str]:
    for file in sorted((APP / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Fault", "_fault") and len(node.args) > 1:
                code = node.args[1]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value


def test_every_code_of_a_place_is_in_the_catalogue() -> None:
    known = {code for error in registry.errors() for code in (error.code, *error.fault_codes)}
    told = {code for room in ROOMS for code in codes_told(room)}
    assert "arrival_window_too_wide" in told
    assert told - RULES <= known
