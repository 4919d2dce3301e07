"""Change the pricing engine in a thousand small ways and see that its tests notice: `make mutants`.

mutmut does it in a copy of the tree, as [tool.mutmut] in pyproject.toml says, with the tests that need no database.
Prints what survived and the share that was noticed; fails below NINE_TENTHS. Some minutes; not in `make test`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
COPIED: Final = ("app", "tests", "pyproject.toml")
NINE_TENTHS: Final = 0.9
LONGEST_SECONDS: Final = 90 * 60
NOTICED: Final = ("killed", "timeout", "segfault")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="movehub-mutants-") as name:
        tree = Path(name)
        for part in COPIED:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
            copy(ROOT / part, tree / part)
        try:
            ran = _mutmut(tree, "run", "--max-children", str(os.cpu_count() or 1))
        except subprocess.TimeoutExpired:
            print(f"mutmut was not done after {LONGEST_SECONDS // 60} minutes.", file=sys.stderr)
            return 1
        if ran.returncode != 0:
            print(ran.stdout[-4_000:], ran.stderr[-4_000:], sep="\n", file=sys.stderr)
            return 1
        return _report(tree)


def _report(tree: Path) -> int:
    _mutmut(tree, "export-cicd-stats")
    stats = json.loads((tree / "mutants" / "mutmut-cicd-stats.json").read_text())
    made_by_file, noticed_by_file = Counter[str](), Counter[str]()
    for line in _mutmut(tree, "results", "--all", "true").stdout.splitlines():
        mutant, _, found = line.strip().partition(": ")
        if not mutant or found == "skipped":
            continue
        file = mutant.split(".x", 1)[0]
        made_by_file[file] += 1
        noticed_by_file[file] += found in NOTICED
        if found not in NOTICED:
            print(line.strip(), *_changed(_mutmut(tree, "show", mutant).stdout), sep="\n    ")
    for file, made in sorted(made_by_file.items()):
        print(f"{file}: {noticed_by_file[file]} of {made}, {noticed_by_file[file] / made:.1%}")
    made = stats["total"] - stats["skipped"]
    noticed = sum(stats[how] for how in NOTICED)
    share = noticed / made
    print(f"{noticed} of {made} changes were noticed: {share:.1%} (at least {NINE_TENTHS:.0%})")
    return 0 if share >= NINE_TENTHS else 1


def _changed(diff: str) -> list[str]:
    return [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]


def _mutmut(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"HYPOTHESIS_PROFILE": "mutants"}
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(
        command, cwd=tree, env=environ, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
