"""Row-level security for migrations: a table, who may do what with it, and under which condition.

One call makes grants, ENABLE, FORCE and one policy per audience and command, so that a table cannot be created
without them. Policies look at the row and the three settings, never at another table. The settings are read
through a sub-select (evaluated once a statement) and through nullif (a finished SET LOCAL leaves '', not null).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.runtime.db.tenancy import Audience


def _setting(name: str) -> str:
    return f"(SELECT nullif(current_setting('app.{name}', true), '')::uuid)"


CURRENT_ORG = _setting("current_org_id")
CURRENT_USER = _setting("current_user_id")
CURRENT_CUSTOMER = _setting("current_customer_id")
CURRENT_KEY = _setting("current_key_id")
CURRENT_DRIVER = _setting("current_driver_id")

OWN_COMPANY = f"org_id = {CURRENT_ORG}"
OWN_ROWS = f"customer_id = {CURRENT_CUSTOMER}"
OWN_BOOKING = f"{OWN_COMPANY} AND {OWN_ROWS}"
# Whoever drives sees the jobs that they are on; the setting stands in a driver's session alone.
OWN_JOBS = f"({CURRENT_DRIVER} IS NULL OR {CURRENT_DRIVER} = ANY (driver_ids))"
A_PERSON = f"{CURRENT_USER} IS NOT NULL"  # and no API key
SIGNED_IN_STAFF = f"{CURRENT_USER} IS NOT NULL"
EVERY_ROW = "true"  # movehub_market on its columns, and tables without a tenant; the catalogue gate has the list
NO_ROW = "false"


@dataclass(frozen=True, slots=True)
class Allow:
    """`commands` of one audience on the rows that meet `rows`; `check` where written rows must meet another."""

    audience: Audience
    commands: str
    rows: str
    check: str | None = None
    columns: tuple[str, ...] = ()


def _policy_name(table: str, audience: Audience, command: str, *, several: bool) -> str:
    name = f"{table}_{audience.value.removeprefix('movehub_')}"
    return f"{name}_{command}" if several else name


def _policy(table: str, allow: Allow, command: str, *, several: bool) -> str:
    name = _policy_name(table, allow.audience, command, several=several)
    text = f"CREATE POLICY {name} ON app.{table} FOR {command.upper()} TO {allow.audience.value}"
    if command != "insert":
        text += f" USING ({allow.rows})"
    if command in ("insert", "update"):
        text += f" WITH CHECK ({allow.check or allow.rows})"
    return text


def _grant(table: str, allow: Allow, command: str) -> str:
    columns = f" ({', '.join(allow.columns)})" if allow.columns else ""
    return f"GRANT {command.upper()}{columns} ON app.{table} TO {allow.audience.value}"


def secure(table: str, allows: Iterable[Allow]) -> Iterator[str]:
    """The statements that close `table` and open it again for `allows`; run them where the table is created."""
    allows = tuple(allows)
    yield f"ALTER TABLE app.{table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE app.{table} FORCE ROW LEVEL SECURITY"
    for allow in allows:
        commands = allow.commands.split()
        of_audience = sum(len(other.commands.split()) for other in allows if other.audience is allow.audience)
        for command in commands:
            yield _grant(table, allow, command)
            yield _policy(table, allow, command, several=of_audience > 1)


def source() -> bytes:
    """All that migrations take from outside their own files: with another one, the same files make other policies."""
    audiences = [(audience.name, audience.value) for audience in Audience]
    return Path(__file__).read_bytes() + repr(audiences).encode()
