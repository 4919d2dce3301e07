"""What people of a crew can do, and what an hour of theirs costs: for whom that is."""

from __future__ import annotations

from typing import Any, Final

import httpx
import pytest

from app.kernel.actor import Role
from app.runtime.resources import Resources
from tests.conftest import Logins, Member
from tests.factories.calendar import administrator
from tests.factories.callers import sign_in_member
from tests.factories.fleet import add_driver, add_helper, driver_body
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

COST: Final = {"hourly_cost": {"amount": "31.50", "currency": "USD"}}
SKILLS: Final = "SELECT skills FROM app.resources WHERE id = $1"


class TestSkills:
    async def test_skills_are_kept_and_the_calendar_knows_them(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ) -> None:
        driver = await add_driver(client, mover_a.headers, skills=["piano", "cdl", "piano"])
        assert driver["skills"] == ["cdl", "piano"]
        helper = await add_helper(client, mover_a.headers)
        assert helper["skills"] == []
        async with administrator(logins) as admin:
            assert await admin.fetchval(SKILLS, driver["id"]) == ["cdl", "piano"]
            path = f"/v1/drivers/{driver['id']}"
            changed = await client.patch(path, headers=mover_a.headers, json={"skills": ["crating"]})
            assert changed.json()["skills"] == ["crating"]
            assert await admin.fetchval(SKILLS, driver["id"]) == ["crating"]
            await client.patch(path, headers=mover_a.headers, json={"full_name": "Dana R."})
            assert await admin.fetchval(SKILLS, driver["id"]) == ["crating"]

    async def test_a_skill_that_nobody_knows_is_refused(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        answer = await client.post("/v1/drivers", headers=mover_a.headers, json=driver_body(skills=["juggling"]))
        assert (answer.status_code, faults(answer)) == (422, [("/skills/0", "enum")])


class TestHourlyCost:
    async def test_it_is_set_changed_and_cleared(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        driver = await add_driver(client, mover_a.headers)
        path = f"/v1/drivers/{driver['id']}/hourly-cost"
        assert (await client.get(path, headers=mover_a.headers)).json()["hourly_cost"] is None
        told = await client.put(path, headers=mover_a.headers, json=COST)
        assert (told.status_code, told.json()["hourly_cost"]) == (200, COST["hourly_cost"])
        assert told.headers["etag"] == '"v2"'
        stale = await client.put(path, headers=mover_a.headers | {"If-Match": '"v1"'}, json={"hourly_cost": None})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
        cleared = await client.put(path, headers=mover_a.headers, json={"hourly_cost": None})
        assert cleared.json()["hourly_cost"] is None
        await client.delete(f"/v1/drivers/{driver['id']}", headers=mover_a.headers)
        gone = await client.put(path, headers=mover_a.headers, json=COST)
        assert (gone.status_code, gone.json()["code"]) == (409, "retired")

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, ("/hourly_cost", "missing")),
            ({"hourly_cost": {"amount": "-1"}}, ("/hourly_cost/amount", "greater_than_equal")),
            ({"hourly_cost": {"amount": "1.005"}}, ("/hourly_cost/amount", "decimal_max_places")),
            ({"hourly_cost": {"amount": "1", "currency": "JPY"}}, ("/hourly_cost/currency", "value_error")),
            ({"hourly_cost": 31.5}, ("/hourly_cost", "model_type")),
        ],
    )
    async def test_what_is_no_money_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, body: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        driver = await add_driver(client, mover_a.headers)
        path = f"/v1/drivers/{driver['id']}/hourly-cost"
        answer = await client.put(path, headers=mover_a.headers, json=body)
        assert answer.status_code == 422
        assert faults(answer)[0][0].startswith(expected[0])
        assert (await client.get(path, headers=mover_a.headers)).json()["hourly_cost"] is None

    @pytest.mark.parametrize("role", [Role.DISPATCHER, Role.DRIVER, Role.ACCOUNTANT])
    async def test_accountants_see_it_and_those_who_plan_or_drive_do_not(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, role: Role
    ) -> None:
        driver = await add_driver(client, mover_a.headers)
        path = f"/v1/drivers/{driver['id']}/hourly-cost"
        await client.put(path, headers=mover_a.headers, json=COST)
        headers = await sign_in_member(client, resources, mover_a.org_id, role)
        one, all_ = await client.get(path, headers=headers), await client.get("/v1/crew-costs", headers=headers)
        if role is Role.ACCOUNTANT:
            assert (one.json()["hourly_cost"], all_.json()["items"]) == (COST["hourly_cost"], [one.json()])
        else:
            assert (one.status_code, all_.status_code) == (403, 403)
        assert (await client.put(path, headers=headers, json=COST)).status_code == 403
        shown = await client.get(f"/v1/drivers/{driver['id']}", headers=headers)
        listed = await client.get("/v1/drivers", headers=headers)
        assert "31.50" not in shown.text + listed.text

    async def test_another_companys_is_nowhere(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ) -> None:
        driver = await add_driver(client, mover_a.headers)
        path = f"/v1/drivers/{driver['id']}/hourly-cost"
        for answer in (
            await client.get(path, headers=mover_b.headers),
            await client.put(path, headers=mover_b.headers, json=COST),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "driver_not_found")
        assert (await client.get("/v1/crew-costs", headers=mover_b.headers)).json()["items"] == []
