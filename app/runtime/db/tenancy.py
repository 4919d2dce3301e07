"""Every transaction begins by naming who asks: role and settings, transaction-local, before any other statement.

No name, no rows: the login role owns nothing and is granted nothing but the audiences (decision 0002). The
listener runs on Session `after_begin`, so a second transaction of the same request gets its identity again.
On the driver, BEGIN and the settings travel in one round trip; the text is built from UUID objects and the
audience enum, and from nothing else (a multi-statement text takes no bound parameters).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, SessionTransaction

from app.kernel.scopes import Scope

IDENTITY = "identity"
READ_ONLY = "read_only"
AFTER_IDENTITY = "after_identity"


class Audience(StrEnum):
    """The database roles a transaction can be opened as; each has policies of its own, no role carries two."""

    NOBODY = "none"
    MOVER = "movehub_mover"
    CUSTOMER = "movehub_customer"
    BOOKING = "movehub_booking"
    MARKET = "movehub_market"
    SIGNIN = "movehub_signin"
    STAFF = "movehub_staff"
    WORKER = "movehub_background"


class SessionRole(StrEnum):
    """The role that a session claims: a member's in the company, or staff."""

    OWNER = "owner"
    MANAGER = "manager"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    ACCOUNTANT = "accountant"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class KeyProof:
    """An API key, and the scope that it must have for what is to be done; None: that it lives is enough."""

    key_id: UUID
    secret_hash: bytes
    scope: Scope | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What a transaction says of itself in its first statement.

    With `session_id` it also asks, in the same round trip, whether that session is still alive at `now`: a
    sign-out, a role change or a suspension takes effect at the next request, not when the token ends. With `key` it
    asks that of an API key.
    """

    audience: Audience = Audience.NOBODY
    org_id: UUID | None = None
    user_id: UUID | None = None
    customer_id: UUID | None = None
    session_id: UUID | None = None
    role: SessionRole | None = None
    key: KeyProof | None = None
    now: datetime | None = None


SETTINGS = sa.text(
    "SELECT set_config('role', :role, true), set_config('app.current_org_id', :org, true), "
    "set_config('app.current_user_id', :user, true), set_config('app.current_customer_id', :customer, true), "
    "set_config('app.current_key_id', :key, true), set_config('app.current_driver_id', '', true)"
)


def _text(value: UUID | None) -> str:
    return "" if value is None else str(UUID(int=value.int))


def _liveness(identity: Identity) -> str:
    """The call that raises MH401 when the session has ended; empty for a transaction without a session."""
    if identity.key is not None and identity.now is not None:
        return _key_liveness(identity.key, identity.now)
    if identity.session_id is None or identity.now is None:
        return ""
    session, now = _text(identity.session_id), identity.now.astimezone(UTC).isoformat()
    if identity.customer_id is not None:
        return f"SELECT app.require_customer_session('{session}','{now}')"
    role = SessionRole(identity.role or "").value
    return f"SELECT app.require_login_session('{session}','{role}','{now}')"


def _key_liveness(key: KeyProof, now: datetime) -> str:
    """The call that raises MH402 when the key does not live, MH405 when it has not the scope."""
    scope = "NULL" if key.scope is None else f"'{Scope(key.scope).value}'"
    return (
        f"SELECT app.require_api_key('{_text(key.key_id)}','{key.secret_hash.hex()}',{scope},"
        f"'{now.astimezone(UTC).isoformat()}')"
    )


def opening_text(identity: Identity, *, read_only: bool) -> str:
    """BEGIN and the settings as one text. Safe by construction: enums' values, the hex of UUIDs and hashes, an instant.

    Only a key's transaction names a key: where none was named, the setting is empty.
    """
    role = Audience(identity.audience).value
    key = (
        "" if identity.key is None else f"SELECT set_config('app.current_key_id','{_text(identity.key.key_id)}',true);"
    )
    return (
        f"BEGIN{' READ ONLY' if read_only else ''};"
        f"SELECT set_config('role','{role}',true),set_config('app.current_org_id','{_text(identity.org_id)}',true),"
        f"set_config('app.current_user_id','{_text(identity.user_id)}',true),"
        f"set_config('app.current_customer_id','{_text(identity.customer_id)}',true);{key}{_liveness(identity)}"
    )


class _OpenTransaction:
    """What the driver's adapter calls at the end of a transaction that `opening_text` began."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def commit(self) -> None:
        await self._connection.execute("COMMIT")

    async def rollback(self) -> None:
        await self._connection.execute("ROLLBACK")


def _open_in_one_trip(connection: Connection, identity: Identity, *, read_only: bool) -> bool:
    adapter: Any = connection.connection.dbapi_connection
    if adapter is None or getattr(adapter, "_transaction", True) is not None:
        return False  # a transaction stands already (a test's outer one): the settings go as a statement

    async def begin(driver: Any) -> None:
        # Set first: a request cancelled while BEGIN travels must be rolled back when the pool takes the
        # connection back (ROLLBACK without a transaction is only a warning).
        adapter._transaction = _OpenTransaction(driver)  # noqa: SLF001
        await driver.execute(opening_text(identity, read_only=read_only))

    adapter.run_async(begin)
    return True


def name_identity(connection: Connection, identity: Identity) -> None:
    """Name who asks as a statement of its own, in a transaction that stands already."""
    connection.execute(
        SETTINGS,
        {
            "role": Audience(identity.audience).value,
            "org": _text(identity.org_id),
            "user": _text(identity.user_id),
            "customer": _text(identity.customer_id),
            "key": _text(identity.key.key_id if identity.key else None),
        },
    )
    if liveness := _liveness(identity):
        connection.exec_driver_sql(liveness)


def name_who_asks(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    identity: Identity = session.info.get(IDENTITY, Identity())
    read_only = bool(session.info.get(READ_ONLY))
    if not _open_in_one_trip(connection, identity, read_only=read_only):
        name_identity(connection, identity)
    after = session.info.get(AFTER_IDENTITY)
    if after is not None:
        after(session, connection)


def install(session_class: type[Session]) -> None:
    if not event.contains(session_class, "after_begin", name_who_asks):
        event.listen(session_class, "after_begin", name_who_asks)
