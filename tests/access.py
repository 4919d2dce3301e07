"""The access matrix: every route of the OpenAPI document, asked by every kind of caller; docs/access.md is made of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from app.kernel.actor import Role
from app.kernel.scopes import Scope
from app.modules.identity.service.staff import create_staff
from app.modules.identity.values import StaffRole
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import register
from tests.factories.belongings import KEY, Belongings, fill
from tests.factories.callers import PASSWORD, add_member
from tests.factories.customers import new_phone, sign_in_customer

FILE: Final = Path(__file__).resolve().parent.parent / "docs" / "access.md"
METHODS: Final = ("get", "post", "put", "patch", "delete")
# 403 for who somebody is; every other one is about something else, and says what.
WHO_ASKS: Final = {"wrong_kind_of_caller", "role_not_allowed", "scope_missing"}

Headers = dict[str, str]
SignIn = Callable[[], Awaitable[Headers]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A column: `caller` is its name among a route's `x-callers`; None: nobody. Strangers own none of the ids."""

    name: str
    caller: str | None
    sign_in: SignIn
    is_stranger: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    callers: tuple[str, ...]
    takes_body: bool
    scope: str | None

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"


def routes(document: Mapping[str, Any]) -> list[Route]:
    """What reads comes first: it finds everything as it was."""
    found = [
        Route(method, path, tuple(item[method]["x-callers"]), "requestBody" in item[method], scope_of(item[method]))
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    return sorted(found, key=lambda route: (route.method != "get", route.path, route.method))


def scope_of(operation: Mapping[str, Any]) -> str | None:
    """What an API key needs for it; None where no key is let in."""
    asked = [scope for entry in operation.get("security", ()) for scope in entry.get("api-key", ())]
    return asked[0] if asked else None


async def kinds(client: httpx.AsyncClient, resources: Resources, of_a: Belongings, phone: str) -> list[Kind]:
    """One caller of each kind: members of the company that owns the ids, the customer it worked for, staff, and strangers."""

    async def nobody() -> Headers:
        return {}

    found = [Kind("anonymous", None, nobody), Kind("customer", "customer", _as_customer(client, resources, phone))]
    for role in (Role.DRIVER, Role.DISPATCHER, Role.ACCOUNTANT, Role.MANAGER, Role.OWNER):
        email = await add_member(resources, of_a.member.org_id, role)
        found.append(Kind(role.value, "mover", _signing_in(client, email)))
    found.append(Kind("API key", "api-key", with_key(client, of_a, *Scope)))
    for staff_role in StaffRole:
        email = await _add_staff(resources, staff_role)
        found.append(Kind(f"staff {staff_role.value}", "staff", _signing_in(client, email)))
    strangers = await register(client)
    email = await add_member(resources, strangers.org_id, Role.OWNER)
    found.append(Kind("another owner", "mover", _signing_in(client, email), is_stranger=True))
    newcomer = _as_customer(client, resources, new_phone())
    found.append(Kind("another customer", "customer", newcomer, is_stranger=True))
    return found


def _as_customer(client: httpx.AsyncClient, resources: Resources, phone: str) -> SignIn:
    async def sign_in() -> Headers:
        return (await sign_in_customer(client, resources, phone=phone)).headers

    return sign_in


def _signing_in(client: httpx.AsyncClient, email: str) -> SignIn:
    async def sign_in() -> Headers:
        answer = await client.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    return sign_in


def with_key(client: httpx.AsyncClient, of_a: Belongings, *scopes: Scope) -> SignIn:
    """A program of the company's, by an API key with these scopes; the same each time: no request ends it."""
    known: list[Headers] = []

    async def call() -> Headers:
        if not known:
            body = {"name": "ERP", "scopes": scopes}
            answer = await client.post("/v1/org/api-keys", json=body, headers=of_a.member.headers)
            assert answer.status_code == 201, answer.text
            known.append({"Authorization": f"Bearer {answer.json()['key']}"})
        return known[0]

    return call


async def _add_staff(resources: Resources, role: StaffRole) -> str:
    email = f"{uuid4().hex}@example.com"
    password_hash = await resources.passwords.hash(PASSWORD)
    async with resources.database.write(Identity(Audience.SIGNIN)) as session:
        await create_staff(
            session,
            email=email,
            full_name=role.title(),
            password_hash=password_hash,
            role=role,
            now=resources.clock.now(),
        )
    return email


@dataclass(frozen=True, slots=True)
class Cell:
    status: int
    code: str | None

    @property
    def is_let_in(self) -> bool:
        return self.status != 401 and not (self.status == 403 and self.code in WHO_ASKS)

    def __str__(self) -> str:
        """The status; beside a 403 that is not about who asks, what it is about."""
        return f"{self.status} {self.code}" if self.status == 403 and self.is_let_in else str(self.status)


async def ask_all(
    client: httpx.AsyncClient, known: list[Route], callers: list[Kind], ids: dict[str, str]
) -> dict[Route, list[Cell]]:
    """Reading with the ids of what is there; all else with ids of nothing and an empty body, so that it stays."""
    # A link is itself the permission: nobody's kind matters, and this is none.
    ids = ids | {"token": "no-such-link"}
    nothing = {name: str(uuid4()) for name in ids}
    headers = {kind.name: await kind.sign_in() for kind in callers}
    matrix: dict[Route, list[Cell]] = {}
    for route in known:
        path = fill(route.path, ids if route.method == "get" else nothing)
        row = matrix[route] = []
        for kind in callers:
            sent = {**headers[kind.name], **({KEY: uuid4().hex} if route.method == "post" else {})}
            answer = await client.request(
                route.method.upper(), path, headers=sent, json={} if route.takes_body else None
            )
            row.append(_cell(answer))
            if route.method != "get" and answer.is_success:
                # It may have been a sign-out.
                headers[kind.name] = await kind.sign_in()
    return matrix


def _cell(answer: httpx.Response) -> Cell:
    is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    return Cell(answer.status_code, answer.json()["code"] if is_problem else None)


HEAD: Final = """# Who may call what

Made by `make access`: every route of `openapi.json` was called by one caller of each kind, and this is what each was
answered. `tests/test_access.py` fails when an answer differs, or when a route has no row.

- 401: nobody is signed in; 403: the caller's kind, role or scope is not let in. Every other status is of a caller who
  was let in. A 403 of another cause names it.
- GET asks for what is there: a booking, an invoice, a truck of the members' own company, which worked for this
  customer. All else is sent with an empty body and ids of nothing, so that it changes nothing: 404, 422 or 428 mean
  that the caller was let in as far as that.
- The API key of this table has every scope; the last column names the one that the route asks for.
- Another owner and another customer ask for the same ids: 404, as for ids of nothing. `tests/test_isolation.py` walks
  what else they could try.
"""


def write(matrix: dict[Route, list[Cell]], callers: list[Kind]) -> str:
    """The file's text."""
    names = ["route", *(kind.name for kind in callers), "scope of a key"]
    lines = [HEAD, _line(names), _line(["---"] * len(names))]
    rows = sorted(matrix.items(), key=lambda item: (item[0].path, METHODS.index(item[0].method)))
    lines += [_line([f"`{route.name}`", *map(str, cells), route.scope or "none"]) for route, cells in rows]
    return "\n".join(lines) + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def rows_of(text: str) -> dict[str, str]:
    """The rows of a file by route."""
    return {match[1]: match[0] for match in re.finditer(r"^\| `([^`]+)` \|.*$", text, re.MULTILINE)}
