"""`movehub erase --reapply`: what an operator runs after a restore."""

from __future__ import annotations

import asyncio

import asyncpg
import httpx
import pytest

from app import cli
from app.modules.privacy import handlers, service
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Logins
from tests.factories.customers import new_phone, sign_in_customer

pytestmark = pytest.mark.integration

COMMAND = ["erase", "--reapply"]


@pytest.fixture(autouse=True)
def given_settings(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(cli, "read_settings", lambda: settings)


async def test_it_erases_whom_a_restore_brought_back(
    client: httpx.AsyncClient,
    resources: Resources,
    worker_resources: Resources,
    logins: Logins,
    capsys: pytest.CaptureFixture[str],
):
    phone = new_phone()
    customer = await sign_in_customer(client, resources, phone=phone)
    admin = await asyncpg.connect(logins.admin)
    kept = "SELECT sealed_phone, phone_index FROM app.customers WHERE id = $1"
    backup = await admin.fetchrow(kept, customer.id)
    assert backup is not None
    assert (await client.delete("/v1/customers/me", headers=customer.headers)).status_code == 200
    await handlers.keep_erased(worker_resources)
    restore = "UPDATE app.customers SET sealed_phone = $1, phone_index = $2, erased_at = NULL WHERE id = $3"
    await admin.execute(restore, *backup, customer.id)
    await admin.execute("UPDATE app.customer_sessions SET revoked_at = NULL WHERE customer_id = $1", customer.id)
    assert (await client.get("/v1/customers/me", headers=customer.headers)).json()["phone"] == phone

    codes = [await asyncio.to_thread(cli.main, COMMAND) for _ in range(2)]

    assert codes == [0, 0]
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["1", "0"]
    found = await admin.fetchrow("SELECT sealed_phone, erased_at FROM app.customers WHERE id = $1", customer.id)
    await admin.close()
    assert found is not None
    assert found["sealed_phone"] is None
    assert found["erased_at"] is not None
    assert (await client.get("/v1/customers/me", headers=customer.headers)).status_code == 401


async def test_a_list_that_cannot_be_read_is_a_sentence(resources: Resources, capsys: pytest.CaptureFixture[str]):
    await resources.ports.objects.put(service.ERASED_KEY, b"[1]")

    assert await asyncio.to_thread(cli.main, COMMAND) == 1

    assert capsys.readouterr().err == "Nobody was erased: privacy/erased.json cannot be read (TypeError).\n"


def test_it_erases_nobody_without_being_told_how():
    with pytest.raises(SystemExit) as ended:
        cli.main(["erase"])

    assert ended.value.code == 2
