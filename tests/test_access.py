"""The committed access matrix is what callers are really answered; `make access` writes it anew."""

from __future__ import annotations

import os
from typing import Final

import httpx
import pytest
from fastapi import FastAPI

from app.runtime.resources import Resources
from tests import access
from tests.conftest import StaffMember
from tests.factories.belongings import furnish
from tests.factories.customers import new_phone, sign_in_customer

pytestmark = pytest.mark.integration

WRITE: Final = "WRITE_ACCESS"


@pytest.fixture
async def told(
    app: FastAPI, client: httpx.AsyncClient, resources: Resources, staff: StaffMember
) -> tuple[dict[access.Route, list[access.Cell]], list[access.Kind]]:
    phone = new_phone()
    of_a = await furnish(client, await sign_in_customer(client, resources, phone=phone), staff)
    callers = await access.kinds(client, resources, of_a, phone)
    return await access.ask_all(client, access.routes(app.openapi()), callers, of_a.ids), callers


async def test_callers_are_answered_as_the_matrix_says(
    told: tuple[dict[access.Route, list[access.Cell]], list[access.Kind]],
):
    matrix, callers = told
    for route, cells in matrix.items():
        let_in = {kind.caller for kind, cell in zip(callers, cells, strict=True) if cell.is_let_in} - {None}
        if route.callers == ("anyone",):
            assert all(cell.is_let_in for cell in cells) or route.name == "POST /v1/auth/refresh", route.name
        else:
            assert not cells[0].is_let_in, f"{route.name} lets nobody in particular in"
            assert let_in == set(route.callers), f"{route.name} is not for whom its document says"
            strangers = [cell for kind, cell in zip(callers, cells, strict=True) if kind.is_stranger]
            is_of_one = route.method == "get" and "{" in route.path
            assert not is_of_one or all(cell.status in {403, 404} for cell in strangers), route.name
        assert all(cell.status < 500 for cell in cells), route.name
    text = access.write(matrix, callers)
    if os.environ.get(WRITE):
        access.FILE.write_text(text)
    written = access.rows_of(access.FILE.read_text())
    for name, row in access.rows_of(text).items():
        assert row == written.get(name), "run `make access`, and look at what has changed"
    assert text == access.FILE.read_text(), "run `make access`"
