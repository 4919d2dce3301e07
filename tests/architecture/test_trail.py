"""Every command tells the trail, or says why not."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from tests.modules.audit.commands import TOLD, UNTOLD

pytestmark = pytest.mark.integration  # building the app takes its resources


def test_no_command_is_forgotten(app: FastAPI):
    """What changes anything, and whatever staff ask for: in one of the two tables of tests/modules/audit/commands.py."""
    commands = {
        operation["operationId"]
        for item in app.openapi()["paths"].values()
        for method, operation in item.items()
        if method != "get" or operation["x-callers"] == ["staff"]
    }
    # The one reading of their own that is told: everything about a customer leaves at once.
    assert commands | {"privacy.export_me"} == TOLD.keys() | UNTOLD.keys()
    assert not TOLD.keys() & UNTOLD.keys()
