"""Chains are gapless under many writers, nobody changes them, and whoever does all the same is found out."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest

from app import cli, registry
from app.kernel.errors import NotFound
from app.modules.audit import public as audit
from app.modules.audit import repository
from app.modules.audit.handlers import export_heads
from app.modules.audit.public import Break, Change, record
from app.modules.audit.values import Fault, Head
from app.runtime.db.session import Database, WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Logins
from tests.modules.audit.trails import as_table_owner, entries_of, owner_of, write_entries

pytestmark = pytest.mark.integration

LENGTH = 6
WORKER = Identity(Audience.WORKER)


@pytest.fixture
async def chain(app_database: Database) -> UUID:
    org_id = uuid4()
    await write_entries(app_database, org_id, LENGTH)
    return org_id


async def found_by(database: Database, org_id: UUID, heads: list[Head] | None = None) -> list[Break]:
    async with database.read(WORKER) as session:
        return (await audit.verify(session, heads or [], org_id)).breaks


async def test_a_chain_that_nobody_touched_is_whole(worker_database: Database, chain: UUID):
    async with worker_database.read(WORKER) as session:
        verdict = await audit.verify(session, [], chain)
    assert (verdict.entries, verdict.breaks) == (LENGTH, [])


@pytest.mark.parametrize("each", [8, pytest.param(1_000, marks=pytest.mark.gate)])
async def test_writers_at_once_leave_one_unbroken_chain(
    app_database: Database, worker_database: Database, logins: Logins, each: int
):
    org_id = uuid4()
    await asyncio.gather(*(write_entries(app_database, org_id, each) for _ in range(32)))
    assert [row["seq"] for row in await entries_of(logins, org_id)] == list(range(1, 32 * each + 1))
    assert await found_by(worker_database, org_id) == []


async def test_writers_to_two_chains_in_either_order_do_not_wait_for_each_other(
    app_database: Database, worker_database: Database
):
    """Both orders at once would be a deadlock, were the chains not taken in one order."""
    one, two = uuid4(), uuid4()
    staff = Identity(Audience.STAFF, user_id=uuid4())

    async def write(first: UUID, second: UUID) -> None:
        for _ in range(20):
            async with app_database.write(staff) as session:
                for org_id in (first, second):
                    record(session, owner_of(org_id), Change("ops.read", "company"))

    async with asyncio.timeout(30):
        await asyncio.gather(write(one, two), write(two, one))
    assert await found_by(worker_database, one) == await found_by(worker_database, two) == []


async def test_what_is_rolled_back_leaves_no_entry_and_no_gap(app_database: Database, logins: Logins, chain: UUID):
    async def write_in_vain() -> None:
        async with app_database.write(Identity(Audience.MOVER, org_id=chain)) as session:
            record(session, owner_of(chain), Change("fleet.truck_changed", "truck"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_in_vain()
    await write_entries(app_database, chain, 1)
    assert [row["seq"] for row in await entries_of(logins, chain)] == list(range(1, LENGTH + 2))


async def test_a_part_that_failed_takes_along_its_own_entry_alone(app_database: Database, logins: Logins, chain: UUID):
    async def fail(session: WriteSession) -> None:
        async with session.attempt():
            record(session, owner_of(chain), Change("fleet.truck_added", "truck"))
            raise ZeroDivisionError

    async with app_database.write(Identity(Audience.MOVER, org_id=chain)) as session:
        with pytest.raises(ZeroDivisionError):
            await fail(session)
        record(session, owner_of(chain), Change("fleet.truck_changed", "truck"))
    assert [row["action"] for row in await entries_of(logins, chain)][LENGTH:] == ["fleet.truck_changed"]


EDITS = {
    "action": "action = 'fleet.truck_added'",
    "time": "at = at + interval '1 microsecond'",
    "actor": "actor_id = gen_random_uuid()",
    "values": "changes = '[]'",
    "values and their hash": "changes = '[]', content_hash = sha256('x')",
}


@pytest.mark.parametrize("seq", [1, 3, LENGTH])
@pytest.mark.parametrize("edit", EDITS)
async def test_an_edited_entry_is_named(worker_database: Database, logins: Logins, chain: UUID, edit: str, seq: int):
    async with as_table_owner(logins) as owner:
        done = await owner.execute(
            f"UPDATE app.audit_entries SET {EDITS[edit]} WHERE org_id = $1 AND seq = $2", chain, seq
        )
    assert done == "UPDATE 1"
    assert await found_by(worker_database, chain) == [Break(chain, seq, Fault.EDITED)]


@pytest.mark.parametrize("seq", [1, 3, LENGTH - 1])
async def test_a_deleted_entry_is_named(worker_database: Database, logins: Logins, chain: UUID, seq: int):
    async with as_table_owner(logins) as owner:
        await owner.execute("DELETE FROM app.audit_entries WHERE org_id = $1 AND seq = $2", chain, seq)
    assert await found_by(worker_database, chain) == [Break(chain, seq, Fault.MISSING)]


@pytest.mark.parametrize("seq", [1, 3, LENGTH - 1])
async def test_entries_that_close_the_gap_of_a_deleted_one_are_named(
    worker_database: Database, logins: Logins, chain: UUID, seq: int
):
    async with as_table_owner(logins) as owner:
        await owner.execute("DELETE FROM app.audit_entries WHERE org_id = $1 AND seq = $2", chain, seq)
        for later in range(seq + 1, LENGTH + 1):
            await owner.execute(
                "UPDATE app.audit_entries SET seq = seq - 1 WHERE org_id = $1 AND seq = $2", chain, later
            )
    assert await found_by(worker_database, chain) == [Break(chain, seq, Fault.OUT_OF_ORDER)]


@pytest.mark.parametrize("seq", [1, 3, LENGTH])
async def test_an_entry_pushed_in_is_named(worker_database: Database, logins: Logins, chain: UUID, seq: int):
    """A copy with a well-formed content, and the later ones moved up."""
    async with as_table_owner(logins) as owner:
        for later in range(LENGTH, seq - 1, -1):
            await owner.execute(
                "UPDATE app.audit_entries SET seq = seq + 1 WHERE org_id = $1 AND seq = $2", chain, later
            )
        columns = "at, action, actor_kind, actor_id, actor_role, resource, resource_id, changes, request_id, network"
        hashes = "content_hash, previous_hash, hash"
        await owner.execute(
            f"INSERT INTO app.audit_entries (org_id, seq, {columns}, {hashes}) "
            f"SELECT org_id, $2, {columns}, {hashes} FROM app.audit_entries WHERE org_id = $1 AND seq = $3",
            chain,
            seq,
            LENGTH + 1 if seq < LENGTH else 1,
        )
    [broken] = await found_by(worker_database, chain)
    assert (broken.seq, broken.fault) == (seq, Fault.OUT_OF_ORDER)


@pytest.mark.parametrize("seq", [1, 3, LENGTH - 1])
async def test_two_entries_that_change_places_are_named(
    worker_database: Database, logins: Logins, chain: UUID, seq: int
):
    async with as_table_owner(logins) as owner:
        for old, new in ((seq, 1_000), (seq + 1, seq), (1_000, seq + 1)):
            await owner.execute("UPDATE app.audit_entries SET seq = $3 WHERE org_id = $1 AND seq = $2", chain, old, new)
    assert await found_by(worker_database, chain) == [Break(chain, seq, Fault.OUT_OF_ORDER)]


@pytest.mark.parametrize("kept", [0, 3, LENGTH - 1])
async def test_a_chain_that_lost_its_end_is_found_by_the_exported_head(
    worker_database: Database, worker_resources: Resources, logins: Logins, chain: UUID, kept: int
):
    await export_heads(worker_resources)
    async with as_table_owner(logins) as owner:
        await owner.execute("DELETE FROM app.audit_entries WHERE org_id = $1 AND seq > $2", chain, kept)
    assert await found_by(worker_database, chain) == [], "the chain alone cannot tell"
    _, heads = await audit.exported(worker_resources.ports.objects, worker_resources.clock.now().date())
    assert await found_by(worker_database, chain, heads) == [Break(chain, LENGTH, Fault.TRUNCATED)]


async def test_a_chain_written_anew_is_found_by_the_exported_head(
    app_database: Database, worker_database: Database, worker_resources: Resources, logins: Logins, chain: UUID
):
    await export_heads(worker_resources)
    async with as_table_owner(logins) as owner:
        await owner.execute("DELETE FROM app.audit_entries WHERE org_id = $1", chain)
    await write_entries(app_database, chain, LENGTH + 2)
    _, heads = await audit.exported(worker_resources.ports.objects, worker_resources.clock.now().date())
    assert await found_by(worker_database, chain, heads) == [Break(chain, LENGTH, Fault.REWRITTEN)]


async def test_a_day_keeps_the_heads_that_it_has(
    app_database: Database, worker_resources: Resources, worker_database: Database, chain: UUID
):
    await export_heads(worker_resources)
    await write_entries(app_database, chain, 1)
    await export_heads(worker_resources)
    days, heads = await audit.exported(worker_resources.ports.objects, worker_resources.clock.now().date())
    assert days == 1
    assert [head.seq for head in heads if head.org_id == chain] == [LENGTH]
    assert await found_by(worker_database, chain, heads) == []


def test_the_worker_exports_the_heads_by_itself():
    assert "audit.export_heads" in {schedule.name for schedule in registry.handler_table().schedules}


@pytest.mark.parametrize("body", [b"", b"{}", b'{"heads": [{"org_id": "x"}]}', json.dumps([]).encode()])
async def test_heads_that_cannot_be_read_are_an_error_and_not_silence(worker_resources: Resources, body: bytes):
    await worker_resources.ports.objects.put("audit/heads/2027-03-01.json", body)
    with pytest.raises(audit.ExportUnreadable, match="2027-03-01"):
        await audit.exported(worker_resources.ports.objects, date(2027, 3, 1))


CHANGES = ("UPDATE app.audit_entries SET action = 'a.b'", "DELETE FROM app.audit_entries", "TRUNCATE app.audit_entries")
ROLES = {
    "admin": ("none", asyncpg.RestrictViolationError),
    "migrate": ("movehub_owner", asyncpg.RestrictViolationError),
    "app": ("movehub_mover", asyncpg.InsufficientPrivilegeError),
    "worker": ("movehub_background", asyncpg.InsufficientPrivilegeError),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("login", ROLES)
async def test_nobody_changes_or_deletes_an_entry(logins: Logins, chain: UUID, login: str, change: str):
    role, refusal = ROLES[login]
    before = await entries_of(logins, chain)
    connection = await asyncpg.connect(getattr(logins, login))
    try:
        await connection.execute(f"SET ROLE {role}")
        await connection.execute("SELECT set_config('app.current_org_id', $1, false)", str(chain))
        with pytest.raises(refusal):
            await connection.execute(change)
    finally:
        await connection.close()
    assert await entries_of(logins, chain) == before


async def test_nobody_writes_into_another_company_s_chain(app_database: Database, logins: Logins, chain: UUID):
    with pytest.raises(NotFound):
        async with app_database.write(Identity(Audience.MOVER, org_id=uuid4())) as session:
            record(session, owner_of(chain), Change("fleet.truck_changed", "truck"))
    assert len(await entries_of(logins, chain)) == LENGTH


async def test_numbers_and_hashes_are_the_database_s_own(logins: Logins, worker_database: Database, chain: UUID):
    """A writer that sends its own is not believed."""
    connection = await asyncpg.connect(logins.app)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL ROLE movehub_mover")
            await connection.execute("SELECT set_config('app.current_org_id', $1, true)", str(chain))
            await connection.execute(
                "INSERT INTO app.audit_entries (org_id, seq, at, action, actor_kind, resource, changes, content_hash, "
                "previous_hash, hash) VALUES ($1, 1, now(), 'a.b', 'mover', 'x', '[]', '\\x00', '\\x00', '\\x00')",
                chain,
            )
    finally:
        await connection.close()
    assert (await entries_of(logins, chain))[-1]["seq"] == LENGTH + 1
    assert await found_by(worker_database, chain) == [Break(chain, LENGTH + 1, Fault.EDITED)]


async def test_the_command_names_the_first_broken_link_and_ends_with_4(
    worker_resources: Resources,
    logins: Logins,
    chain: UUID,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(cli, "read_settings", lambda: worker_resources.settings)
    command = ["audit", "verify", "--org", str(chain)]
    assert await asyncio.to_thread(cli.main, command) == 0
    assert f"{LENGTH} entries in 1 chains, every link holds" in capsys.readouterr().out
    async with as_table_owner(logins) as owner:
        await owner.execute("UPDATE app.audit_entries SET changes = '[]' WHERE org_id = $1 AND seq = 2", chain)
    assert await asyncio.to_thread(cli.main, command) == cli.CHAIN_BROKEN == 4
    told = capsys.readouterr().err
    assert told == f"Broken: entry 2 of the chain of company {chain} does not say what was written.\n"


async def test_every_company_is_gone_through_once_and_the_platform_is_none(
    app_database: Database, worker_database: Database, chain: UUID
):
    for org_id in (audit.PLATFORM, chain):
        await write_entries(app_database, org_id, 1)
    found = await audit.company_ids(worker_database)
    assert found.count(chain) == 1
    assert audit.PLATFORM not in found
    async with worker_database.read(WORKER) as session:
        chains = await repository.chains(session)
    assert set(chains) - set(found) == {audit.PLATFORM}
