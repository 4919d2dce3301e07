"""Each scope opens its own routes and no other, over the whole document; and every such route asks whether a key lives."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import SCOPE
from app.runtime.db.tenancy import Audience
from app.runtime.resources import Resources
from app.runtime.web import sessions
from tests import access
from tests.conftest import StaffMember
from tests.factories.belongings import Belongings, furnish
from tests.factories.customers import sign_in_customer

pytestmark = pytest.mark.integration

# What is a person's alone, by how its path begins.
PERSONS = ("/v1/auth/", "/v1/org/api-keys", "/v1/org/members", "/v1/org/invitations", "/v1/org/sign-in-policy")
# These open their transaction themselves, as who asks: the walk below meets them with a revoked key.
OPEN_THEMSELVES = {"list_photos", "print_invoice", "show_upload"}

# A body that is none is refused before anybody looks for the key.
UNREADABLE = {415, 422, 428}


def calls(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for child in dependant.dependencies:
        yield from calls(child)


def asks_whether_the_caller_lives(call: Any) -> bool:
    """Whether it opens a transaction as who asks; one as the market or for signing in knows nobody."""
    if call is sessions.open_hot_read:
        return True
    if getattr(call, "__name__", "") not in {"open_read_session", "open_write_session"}:
        return False
    return inspect.getclosurevars(call).nonlocals["audience"] in {None, Audience.BOOKING}


@pytest.fixture
async def of_a(client: httpx.AsyncClient, resources: Resources, staff: StaffMember) -> Belongings:
    return await furnish(client, await sign_in_customer(client, resources), staff)


def test_every_route_for_keys_asks_whether_the_key_lives(app: FastAPI):
    met = set()
    for route in app.routes:
        if not isinstance(route, APIRoute):
            continue
        found = list(calls(route.dependant))
        scopes = {getattr(call, SCOPE) for call in found if hasattr(call, SCOPE)}
        if scopes:
            met |= scopes
            asks = any(asks_whether_the_caller_lives(call) for call in found)
            assert asks or route.name in OPEN_THEMSELVES, f"{route.name} would answer a revoked key"
    assert met == set(Scope), "a scope that opens nothing"


def test_no_route_of_a_persons_own_has_a_scope(app: FastAPI):
    known = access.routes(app.openapi())
    assert sum(route.path.startswith(PERSONS) for route in known) > 20
    for route in known:
        if route.path.startswith(PERSONS):
            assert route.scope is None, route.name
            assert "api-key" not in route.callers, route.name


async def test_a_scope_opens_its_own_routes_and_no_other(app: FastAPI, client: httpx.AsyncClient, of_a: Belongings):
    known = [route for route in access.routes(app.openapi()) if route.callers != ("anyone",)]
    keys = [access.Kind(scope.value, "api-key", access.with_key(client, of_a, scope)) for scope in Scope]
    matrix = await access.ask_all(client, known, keys, of_a.ids)
    refused = 0
    for route, cells in matrix.items():
        for kind, cell in zip(keys, cells, strict=True):
            if kind.name == route.scope:
                assert cell.is_let_in, (route.name, kind.name)
            elif cell.status not in UNREADABLE:
                expected = "wrong_kind_of_caller" if route.scope is None else "scope_missing"
                assert (cell.status, cell.code) == (403, expected), (route.name, kind.name)
                refused += 1
            else:
                assert route.takes_body, route.name
                assert route.scope is not None, route.name
    assert refused > 1_000


async def test_a_revoked_key_is_let_in_nowhere(app: FastAPI, client: httpx.AsyncClient, of_a: Belongings):
    known = [route for route in access.routes(app.openapi()) if route.scope]
    key = access.Kind("revoked", "api-key", access.with_key(client, of_a, *Scope))
    await key.sign_in()
    listed = (await client.get("/v1/org/api-keys", headers=of_a.member.headers)).json()["items"]
    await client.delete(f"/v1/org/api-keys/{listed[0]['id']}", headers=of_a.member.headers)
    matrix = await access.ask_all(client, known, [key], of_a.ids)
    assert len(matrix) > 40
    for route, [cell] in matrix.items():
        assert cell.code == "api_key_refused" or (route.takes_body and cell.status in UNREADABLE), (route.name, cell)
