"""Write requirements.lock and requirements-dev.lock from poetry.lock, or with --check say whether they agree.

poetry.lock is the truth. What a machine installs is its export, so that neither Poetry nor Poetry's index is needed
to start. Nothing is resolved here: every version, marker and hash is copied. requirements.lock holds what the
program needs, requirements-dev.lock what the checks and tests need besides.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
KNOWN_LOCK_VERSION: Final = "2.1"
MAIN: Final = "main"
PROJECT_KEYS: Final = ("requires-python", "dependencies", "optional-dependencies")
POETRY_KEYS: Final = ("dependencies", "source", "extras", "dev-dependencies", "group")
HEAD: Final = "# Exported from poetry.lock by `make lock`; not to be edited.\n"


def main(arguments: list[str]) -> int:
    lock = tomllib.loads((ROOT / "poetry.lock").read_text())
    version = lock["metadata"]["lock-version"]
    if version != KNOWN_LOCK_VERSION:
        print(f"poetry.lock is of version {version}, this export reads {KNOWN_LOCK_VERSION}: extend it.")
        return 1
    if lock["metadata"]["content-hash"] != content_hash(tomllib.loads((ROOT / "pyproject.toml").read_text())):
        print("poetry.lock was made for other dependencies than pyproject.toml names: run `poetry lock`.")
        return 1
    differing = []
    for name, text in exported(lock["package"]).items():
        path = ROOT / name
        if path.exists() and path.read_text() == text:
            continue
        differing.append(name)
        if "--check" not in arguments:
            path.write_text(text)
            print(f"{name} written.")
    if differing and "--check" in arguments:
        print(f"{' and '.join(differing)} do not say what poetry.lock says: run `make lock`.")
        return 1
    return 0


def content_hash(pyproject: dict[str, Any]) -> str:
    """The hash of what pyproject.toml asks for, as Poetry stores it in its lock."""
    project, poetry = pyproject["project"], pyproject["tool"]["poetry"]
    asked = {
        "project": {name: project[name] for name in PROJECT_KEYS if name in project},
        "tool": {"poetry": {name: poetry[name] for name in POETRY_KEYS if name in poetry}},
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def exported(packages: list[dict[str, Any]]) -> dict[str, str]:
    """The text of each export by its file's name."""
    runtime = [package for package in packages if MAIN in package["groups"]]
    dev = [package for package in packages if MAIN not in package["groups"]]
    return {
        "requirements.lock": HEAD + "".join(_entry(package, (MAIN,)) for package in runtime),
        "requirements-dev.lock": HEAD + "".join(_entry(package, package["groups"]) for package in dev),
    }


def _entry(package: dict[str, Any], groups: tuple[str, ...]) -> str:
    lines = [f"{package['name']}=={package['version']}{_condition(package, groups)}"]
    lines += [f"    --hash={digest}" for digest in sorted({file["hash"] for file in package["files"]})]
    return " \\\n".join(lines) + "\n"


def _condition(package: dict[str, Any], groups: tuple[str, ...]) -> str:
    """The marker under which the package is installed; the lock gives one, or one a group."""
    markers = package.get("markers")
    if markers is None:
        return ""
    if isinstance(markers, str):
        return f" ; {markers}"
    found = list(dict.fromkeys(_by_group(markers, groups)))
    if len(found) < len(groups):  # one of the groups takes it without a condition
        return ""
    return " ; " + " or ".join(f"({marker})" for marker in found) if len(found) > 1 else f" ; {found[0]}"


def _by_group(markers: dict[str, str], groups: tuple[str, ...]) -> Iterator[str]:
    for group in groups:
        if group in markers:
            yield markers[group]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
