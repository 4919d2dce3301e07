"""Callers of every kind, for the tables of who may do what."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

import httpx

from app.kernel.actor import Role
from app.kernel.ids import new_id
from app.modules.identity import repository
from app.modules.identity.models import Member
from app.modules.identity.service.people import Newcomer, new_user
from app.runtime.auth.credentials import CUSTOMER_PURPOSE
from app.runtime.auth.opaque import make_token
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources

PASSWORD: Final = "a password for tests"


class Caller(Protocol):
    """Somebody signed in: the headers to send, and for members the company they act for."""

    @property
    def headers(self) -> dict[str, str]: ...

    @property
    def org_id(self) -> UUID: ...


class Kind(StrEnum):
    ANYONE = "anyone"
    CUSTOMER = "customer"
    STAFF = "staff"
    OWNER = "owner"
    MANAGER = "manager"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    ACCOUNTANT = "accountant"


MEMBERS: Final = frozenset({Kind.OWNER, Kind.MANAGER, Kind.DISPATCHER, Kind.DRIVER, Kind.ACCOUNTANT})
OFFICE: Final = frozenset({Kind.OWNER, Kind.MANAGER, Kind.DISPATCHER})
HEADS: Final = frozenset({Kind.OWNER, Kind.MANAGER})


async def add_member(resources: Resources, org_id: UUID, role: Role) -> str:
    """A member of the company in this role; the e-mail address, with PASSWORD."""
    user_id, now = new_id(), resources.clock.now()
    email = f"{user_id.hex}@example.com"
    password_hash = await resources.passwords.hash(PASSWORD)
    newcomer = Newcomer(email, role.title(), password_hash, email_verified_at=now)
    member = Member(org_id=org_id, id=new_id(), user_id=user_id, role=role, created_at=now)
    async with resources.database.write(Identity(Audience.SIGNIN, org_id=org_id, user_id=user_id)) as session:
        await repository.insert_user(session, new_user(session.seals, newcomer, now, user_id))
        await repository.insert_member(session, member)
    return email


async def sign_in_member(client: httpx.AsyncClient, resources: Resources, org_id: UUID, role: Role) -> dict[str, str]:
    """The headers of a member of the company in this role."""
    email = await add_member(resources, org_id, role)
    signed_in = await client.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    assert signed_in.status_code == 200, signed_in.text
    return {"Authorization": f"Bearer {signed_in.json()['access_token']}"}


def customer_headers(resources: Resources) -> dict[str, str]:
    """A customer's token, well signed, of a session that nobody opened: enough where customers are not let in."""
    return {"Authorization": f"Bearer {make_token(resources.signer, CUSTOMER_PURPOSE, new_id(), new_id())}"}


def expected(kind: Kind, allowed: frozenset[Kind], status: int) -> int:
    """401 for nobody, `status` for the allowed, 403 for everybody else."""
    if kind is Kind.ANYONE:
        return 401
    return status if kind in allowed else 403
