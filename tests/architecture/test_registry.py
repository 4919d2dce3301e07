from __future__ import annotations

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from app import registry
from tests.architecture.contracts import ROOT

pytestmark = pytest.mark.unit


def test_the_release_knows_its_schema():
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [registry.schema_revision()]


def test_every_error_code_means_one_thing():
    meanings: dict[str, set[tuple[int, str]]] = {}
    for error in registry.errors():
        meanings.setdefault(error.code, set()).add((error.status, error.title))
    assert {code: found for code, found in meanings.items() if len(found) > 1} == {}


def test_no_constraint_stands_for_two_errors():
    names = [name for error in registry.errors() for name in vars(error).get("constraints", ())]
    assert len(names) == len(set(names))
