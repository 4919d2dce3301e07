"""Is docs/openapi.json what the program says? `--write` makes it so, and refuses to break clients by the way.

Runs in the project's environment: the document is made by the program itself.
Exit code 1: they differ, or a breaking change was to be written without `--accept-breaking`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from openapi_diff import Change, compare

ROOT: Final = Path(__file__).resolve().parents[1]
COMMITTED: Final = ROOT / "docs" / "openapi.json"
MOST_TOLD: Final = 20


def main(arguments: list[str]) -> int:
    done = subprocess.run([sys.executable, "-m", "app", "openapi"], cwd=ROOT, check=True, capture_output=True)
    current = done.stdout.decode()
    committed = COMMITTED.read_text() if COMMITTED.exists() else None
    if committed == current:
        return 0
    changes = compare(json.loads(committed), json.loads(current)) if committed else []
    _tell(changes)
    is_breaking = any(change.is_breaking for change in changes)
    if "--write" not in arguments:
        print(_remedy(is_breaking=is_breaking, is_visible=bool(changes)))
        return 1
    if is_breaking and "--accept-breaking" not in arguments:
        print("docs/openapi.json is left as it was: this breaks clients. If it must, ARGS=--accept-breaking.")
        return 1
    COMMITTED.write_text(current)
    print(f"{COMMITTED.relative_to(ROOT)} written.")
    return 0


def _tell(changes: list[Change]) -> None:
    """All that break clients, and enough of the others to see what they are about."""
    breaking = [change for change in changes if change.is_breaking]
    others = [change for change in changes if not change.is_breaking]
    for change in (*breaking, *others[:MOST_TOLD]):
        print(change)
    if len(others) > MOST_TOLD:
        print(f"… and {len(others) - MOST_TOLD} more that break nobody.")


def _remedy(*, is_breaking: bool, is_visible: bool) -> str:
    if is_breaking:
        return "This breaks clients: take it back, or make the new beside the old."
    what = "The API has grown" if is_visible else "docs/openapi.json is not what the program says"
    return f"{what}: run `make openapi` and commit it."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
