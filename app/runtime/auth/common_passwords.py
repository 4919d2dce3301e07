"""The shipped list of passwords that everybody tries first (decision 0013)."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).with_name("common_passwords.txt.gz")


@cache
def common_passwords() -> frozenset[str]:
    """NFKC, case-folded, of four characters or more. Read once, in some 10 ms."""
    return frozenset(gzip.decompress(LIST.read_bytes()).decode().splitlines())
