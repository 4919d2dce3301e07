"""What `make` says before anything is installed: one sentence with the remedy."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.unit


def said_by(*arguments: str) -> tuple[int, list[str]]:
    done = subprocess.run(["make", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    return done.returncode, done.stderr.splitlines()


@pytest.mark.parametrize("target", ["demo", "mutants", "format"])
def test_a_target_that_needs_the_installed_packages_names_what_installs_them(target: str, tmp_path: Path) -> None:
    code, lines = said_by(target, f"VENV_PYTHON={tmp_path}/python")
    assert code == 2
    assert lines[0] == (
        f"There is no {tmp_path}/python yet: make run makes it, make check with what tests and format need."
    )
    assert not any("not found" in line for line in lines)


@pytest.mark.parametrize("python", ["python3.99", "/usr", "/nowhere/python3"])
def test_a_python_that_does_not_run_is_told(python: str) -> None:
    code, [line] = said_by("doctor", f"PYTHON={python}")
    assert code == 2
    assert f'PYTHON is "{python}", which is no Python that runs here: install Python 3.11' in line
