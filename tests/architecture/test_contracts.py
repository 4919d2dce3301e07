"""The walls stand, are written for the files that exist, and fall on whoever leans against them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture import contracts

pytestmark = pytest.mark.unit

# A file of the house, a line that does not belong there, and the contract that must break.
PLANTED = [
    ("app/kernel/money.py", "import app.runtime.settings", "1 The house"),
    ("app/runtime/cache.py", "import app.modules.orgs.values", "1 The house"),
    ("app/modules/orgs/service/companies.py", "import app.modules.fleet.public", "2 Modules stand on floors"),
    ("app/modules/bookings/service/cancel.py", "import app.modules.orgs.repository", "3 orgs is met"),
    ("app/modules/orgs/repository.py", "import app.modules.orgs.service", "4 Inside a module"),
    ("app/modules/bookings/rules/life.py", "import sqlalchemy", "5 Rules, values"),
    ("app/modules/fleet/schemas/trucks.py", "import fastapi", "6 Below routes"),
    ("app/modules/invoices/routes.py", "import app.modules.invoices.repository", "6 Routes reach"),
    ("app/runtime/web/limits.py", "import typst", "7 Vendors"),
]


def lint(folder: Path) -> tuple[int, str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, " ".join(done.stdout.split())


def test_contract_three_is_written_for_the_files_that_exist():
    told = "run `python -m tests.architecture.contracts`"
    assert contracts.written(contracts.PYPROJECT.read_text()) == contracts.contracts(), told


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__", "assets")
    shutil.copytree(contracts.ROOT / "app", folder / "app", ignore=ignored)
    shutil.copy(contracts.PYPROJECT, folder)
    return folder


def test_the_house_keeps_its_contracts_and_each_breaks_on_a_planted_fault(house: Path):
    code, told = lint(house)
    assert code == 0, told
    for file, line, _ in PLANTED:
        path = house / file
        path.write_text(f"{path.read_text()}\n{line}\n")
    code, told = lint(house)
    assert code != 0
    # One run tells of all: every contract named above is broken, and by its own plant.
    for file, _, contract in PLANTED:
        broken = told.split("Broken contracts", 1)[-1]
        assert contract in broken, f"{contract} did not see {file}"
