"""Registration, sign-in, and the life of a session: spent, stolen, ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.kernel.clock import ManualClock
from tests.conftest import PASSWORD, SAN_FRANCISCO, Member, StaffMember

pytestmark = pytest.mark.integration


def registration(**changes: Any) -> dict[str, Any]:
    organization = {
        "name": "Bay Movers",
        "phone": "+14155550134",
        "timezone": "America/Los_Angeles",
        "usdot_number": "1234567",
        "address": SAN_FRANCISCO,
    }
    body = {
        "email": f"{uuid4().hex}@example.com",
        "password": PASSWORD,
        "full_name": "Ann",
        "organization": organization,
    }
    return body | changes


async def sign_in(client: httpx.AsyncClient, email: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/v1/auth/login", json={"email": email, "password": PASSWORD, **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def spend(client: httpx.AsyncClient, refresh_token: str) -> httpx.Response:
    return await client.post("/v1/auth/refresh", json={"refresh_token": refresh_token})


def bearer(told: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {told['access_token']}"}


async def who(client: httpx.AsyncClient, headers: dict[str, str]) -> int:
    return (await client.get("/v1/auth/me", headers=headers)).status_code


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestRegister:
    async def test_owner_and_company_are_made_and_signed_in(self, client: httpx.AsyncClient):
        body = registration()
        answer = await client.post("/v1/auth/register", json=body)
        assert answer.status_code == 201
        me = (await client.get("/v1/auth/me", headers=bearer(answer.json()))).json()
        assert (me["user"]["email"], me["role"]) == (body["email"], "owner")
        assert me["organization"]["name"] == "Bay Movers"
        assert PASSWORD not in answer.text

    async def test_an_address_has_one_account_however_it_is_written(self, client: httpx.AsyncClient):
        body = registration()
        await client.post("/v1/auth/register", json=body)
        again = await client.post("/v1/auth/register", json=body | {"email": body["email"].upper()})
        assert refusal(again) == (409, "email_taken")

    async def test_of_ten_at_once_with_one_address_one_is_registered(self, client: httpx.AsyncClient):
        body = registration()
        answers = await asyncio.gather(*(client.post("/v1/auth/register", json=body) for _ in range(10)))
        assert sorted(one.status_code for one in answers) == [201] + [409] * 9

    @pytest.mark.parametrize(
        "changes",
        [
            {"email": "no address"},
            {"email": "a@b"},
            {"password": "short"},
            {"password": "x" * 2_000},
            {"full_name": ""},
            {"full_name": "\x00"},
            {"organization": None},
            {"role": "staff"},
            {"staff_role": "admin"},
        ],
        ids=str,
    )
    async def test_what_cannot_be_taken(self, client: httpx.AsyncClient, changes: dict[str, Any]):
        body = registration(**changes)
        answer = await client.post("/v1/auth/register", json=body)
        assert refusal(answer) == (422, "validation_failed")
        assert f"/{next(iter(changes))}" in {fault["pointer"] for fault in answer.json()["errors"]}


class TestSignIn:
    async def test_an_unknown_address_and_a_wrong_password_are_told_alike(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        wrong = await client.post("/v1/auth/login", json={"email": mover_a.email, "password": "something else"})
        unknown = await client.post("/v1/auth/login", json={"email": f"x{mover_a.email}", "password": PASSWORD})
        assert refusal(wrong) == refusal(unknown) == (401, "bad_credentials")
        assert {**wrong.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}

    async def test_the_documents_own_form_gives_a_token(self, client: httpx.AsyncClient, mover_a: Member):
        answer = await client.post("/v1/auth/token", data={"username": mover_a.email, "password": PASSWORD})
        told = answer.json()
        assert (told["token_type"], told["expires_in"]) == ("bearer", 900)
        assert await who(client, bearer(told)) == 200

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"username": "a\x00@movehub.example", "password": PASSWORD}, "/username"),
            ({"username": "nobody", "password": PASSWORD}, "/username"),
            ({"username": "a@movehub.example", "password": "p" * 129}, "/password"),
            ({"username": "a@movehub.example", "password": PASSWORD, "grant_type": "implicit"}, "/grant_type"),
        ],
    )
    async def test_the_form_says_which_field_cannot_be_taken(
        self, client: httpx.AsyncClient, body: dict[str, str], pointer: str
    ):
        answer = await client.post("/v1/auth/token", data=body)
        assert refusal(answer) == (422, "validation_failed")
        assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}

    async def test_staff_have_no_company(self, client: httpx.AsyncClient, staff: StaffMember):
        me = (await client.get("/v1/auth/me", headers=staff.headers)).json()
        assert (me["organization"], me["role"], me["user"]["staff_role"]) == (None, None, "reviewer")


class TestSession:
    async def test_an_access_token_ends_after_a_quarter_hour(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        clock.advance(timedelta(minutes=14, seconds=59))
        assert await who(client, mover_a.headers) == 200
        clock.advance(timedelta(seconds=1))
        assert await who(client, mover_a.headers) == 401

    async def test_a_refresh_token_is_spent_for_a_new_pair(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        first = await sign_in(client, mover_a.email)
        clock.advance(timedelta(hours=1))
        second = (await spend(client, first["refresh_token"])).json()
        assert second["refresh_token"] != first["refresh_token"]
        assert (await who(client, bearer(first)), await who(client, bearer(second))) == (401, 200)

    async def test_a_double_click_gets_the_same_token(self, client: httpx.AsyncClient, mover_a: Member):
        first = await sign_in(client, mover_a.email)
        answers = await asyncio.gather(*(spend(client, first["refresh_token"]) for _ in range(5)))
        assert [one.status_code for one in answers] == [200] * 5
        assert len({one.json()["refresh_token"] for one in answers}) == 1

    async def test_a_replayed_token_ends_the_whole_family(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        stolen, other = await sign_in(client, mover_a.email), await sign_in(client, mover_a.email)
        fresh = (await spend(client, stolen["refresh_token"])).json()
        clock.advance(timedelta(minutes=1))
        assert refusal(await spend(client, stolen["refresh_token"])) == (401, "refresh_refused")
        assert refusal(await spend(client, fresh["refresh_token"])) == (401, "refresh_refused")
        assert await who(client, bearer(fresh)) == 401
        assert await who(client, bearer(other)) == 200  # the other sign-in is another family

    async def test_an_older_ancestor_ends_it_within_the_grace_too(
        self, client: httpx.AsyncClient, mover_a: Member
    ) -> None:
        stolen = await sign_in(client, mover_a.email)
        child = (await spend(client, stolen["refresh_token"])).json()
        grandchild = (await spend(client, child["refresh_token"])).json()
        assert refusal(await spend(client, stolen["refresh_token"])) == (401, "refresh_refused")
        assert await who(client, bearer(grandchild)) == 401

    async def test_unused_for_a_fortnight_it_is_over(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        told = await sign_in(client, mover_a.email)
        clock.advance(timedelta(days=14, seconds=1))
        assert refusal(await spend(client, told["refresh_token"])) == (401, "refresh_refused")

    @pytest.mark.parametrize("text", ["x", "mhr_x", "mhr_" + "A" * 86, "\x00", "mhc_" + "A" * 86])
    async def test_what_is_no_refresh_token(self, client: httpx.AsyncClient, text: str):
        assert refusal(await spend(client, text))[0] in {401, 422}

    async def test_signing_out_ends_this_session_at_once(self, client: httpx.AsyncClient, mover_a: Member):
        here, there = await sign_in(client, mover_a.email), await sign_in(client, mover_a.email)
        assert (await client.post("/v1/auth/logout", headers=bearer(here))).status_code == 204
        assert (await who(client, bearer(here)), await who(client, bearer(there))) == (401, 200)
        assert refusal(await spend(client, here["refresh_token"])) == (401, "refresh_refused")

    async def test_signing_out_everywhere_ends_all(self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
        here, there = await sign_in(client, mover_a.email), await sign_in(client, mover_a.email)
        await client.post("/v1/auth/logout-all", headers=bearer(here))
        found = [await who(client, one) for one in (bearer(here), bearer(there), mover_a.headers, mover_b.headers)]
        assert found == [401, 401, 401, 200]
