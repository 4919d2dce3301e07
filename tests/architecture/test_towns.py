"""Tests share a database and run in any order: a town of a test's own stands in no other test's file."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.unit

TESTS: Final = Path(__file__).resolve().parents[1]
POSTAL_CODE: Final = re.compile(r'\bpostal_code"?(?:: |=)"(\d{5})"|\btown\([^)]*"(\d{5})"')
# Where everybody's companies stand, so that nobody counts there; and codes of no place at all.
EVERYBODYS: Final = frozenset({"94103", "94607", "00000", "00001"})


def towns() -> dict[str, set[str]]:
    """Files by the postal codes that are written in them."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in TESTS.rglob("*.py"):
        for written in POSTAL_CODE.findall(path.read_text()):
            found["".join(written)].add(path.relative_to(TESTS).as_posix())
    return found


def test_no_two_files_share_a_town() -> None:
    assert len(towns()) > len(EVERYBODYS)
    assert {code: files for code, files in towns().items() if code not in EVERYBODYS and len(files) > 1} == {}
