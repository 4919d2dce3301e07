from __future__ import annotations

from typing import Any

import pytest
from export_lock import HEAD, content_hash, exported

pytestmark = pytest.mark.unit


def package(name: str, **changes: Any) -> dict[str, Any]:
    files = [{"file": f"{name}.whl", "hash": "sha256:bb"}, {"file": f"{name}.tar.gz", "hash": "sha256:aa"}]
    return {"name": name, "version": "1.0", "groups": ["main"], "files": files, **changes}


def test_versions_and_all_hashes_are_copied() -> None:
    found = exported([package("fastapi")])
    assert found["requirements.lock"] == HEAD + "fastapi==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    assert found["requirements-dev.lock"] == HEAD


def test_what_only_the_tests_need_stands_apart() -> None:
    found = exported([package("pytest", groups=["dev"]), package("idna", groups=["main", "dev"])])
    assert "idna==1.0" in found["requirements.lock"]
    assert "pytest" not in found["requirements.lock"]
    assert "pytest==1.0" in found["requirements-dev.lock"]
    assert "idna" not in found["requirements-dev.lock"]


@pytest.mark.parametrize(
    ("markers", "groups", "line"),
    [
        ('sys_platform == "win32"', ["dev"], 'it==1.0 ; sys_platform == "win32" \\'),
        ({"dev": 'os_name == "nt"'}, ["dev"], 'it==1.0 ; os_name == "nt" \\'),
        ({"dev": "a", "docs": "b"}, ["dev", "docs"], "it==1.0 ; (a) or (b) \\"),
        ({"dev": "a"}, ["dev", "docs"], "it==1.0 \\"),
    ],
)
def test_markers_are_copied(markers: str | dict[str, str], groups: list[str], line: str) -> None:
    text = exported([package("it", markers=markers, groups=groups)])["requirements-dev.lock"]
    assert text.splitlines()[1] == line


def test_only_what_is_asked_for_makes_the_content_hash() -> None:
    asked: dict[str, Any] = {"project": {"dependencies": ["a>=1"]}, "tool": {"poetry": {"group": {}}}}
    described = {**asked, "project": {**asked["project"], "description": "words"}, "build-system": {}}
    other = {**asked, "project": {"dependencies": ["a>=2"]}}
    assert content_hash(described) == content_hash(asked)
    assert content_hash(other) != content_hash(asked)
