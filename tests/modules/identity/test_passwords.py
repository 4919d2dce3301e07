"""Passwords: what one may be, changing it, and setting a new one by a link."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.kernel.transport import Transport
from app.modules.identity.errors import BadCredentials
from app.modules.identity.rules import is_guessable, names_its_owner, normalized_password
from app.modules.identity.service.sessions import Device
from app.modules.identity.service.sign_in import find_by_password
from app.modules.identity.service.sign_in import sign_in as sign_in_user
from app.runtime.auth.common_passwords import common_passwords
from app.runtime.auth.passwords import Passwords
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import PASSWORD, Logins, Member, StaffMember
from tests.factories.calendar import administrator
from tests.factories.worker import read_mailbox, work
from tests.modules.identity.test_routes import bearer, refusal, registration, sign_in, who

NEW = "another horse, another battery"


@pytest.mark.unit
class TestRules:
    def test_the_list_is_long_enough(self):
        assert len(common_passwords()) >= 10_000

    @pytest.mark.parametrize(
        "password",
        [
            "qwertyuiop123",
            "Password1234",
            "!!Football2024",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "passwordpassword",
            "iloveyou!!!!",
            "123456789012",
            "098765432109",
            "mnopqrstuvwxyz",
            "Qwertyuiopas",
            "qazwsxedcrfv",
        ],
    )
    def test_what_is_tried_first_is_guessable(self, password: str):
        assert is_guessable(password, common_passwords())

    @pytest.mark.parametrize("password", [PASSWORD, NEW, "tall-oak-river-42", "vK8#pLq2!xZr", "dragon-eats-9-pies"])
    def test_what_is_not_is_not(self, password: str):
        assert not is_guessable(password, common_passwords())

    @pytest.mark.parametrize(
        ("password", "names"),
        [
            ("my MoveHub login", ()),
            ("bridger forever 77", ("Ann Bridger",)),
            ("we-are-BayAreaVans", ("Bay Area Vans",)),
            ("\uff22\uff52\uff49\uff44\uff47\uff45\uff52 forever", ("Bridger",)),
        ],
    )
    def test_what_names_its_owner(self, password: str, names: tuple[str, ...]):
        assert names_its_owner(password, names)

    def test_short_words_of_a_name_are_no_obstacle(self):
        assert not names_its_owner("a banner in the bay", ("Ann Bay", "bay@"))

    def test_what_looks_alike_is_one_password(self):
        assert normalized_password("\uff50\uff41ss\ufb01sh") == "passfish"


async def asked_for(client: httpx.AsyncClient, email: str, what: str = "password-reset") -> None:
    assert (await client.post(f"/v1/auth/{what}/request", json={"email": email})).status_code == 202


def token_in(settings: Settings, email: str, prefix: str = "mhp") -> str:
    texts = [mail["text"] for mail in read_mailbox(settings.mail.mailbox, to=email)]
    return next(found[0] for text in texts for found in [re.search(rf"\b{prefix}_\S+", text)] if found)


async def reset(client: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    return await client.post("/v1/auth/password-reset", json={"token": token, "password": password})


async def change(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> httpx.Response:
    body = {"current_password": PASSWORD, "new_password": NEW} | changes
    return await client.post("/v1/auth/password", headers=headers, json=body)


async def log_in(client: httpx.AsyncClient, email: str, password: str) -> int:
    return (await client.post("/v1/auth/login", json={"email": email, "password": password})).status_code


@pytest.mark.integration
class TestNewPasswords:
    @pytest.mark.parametrize(
        ("password", "code"),
        [("password1234", "common"), ("movehub forever", "names_its_owner"), ("bay movers 1999", "names_its_owner")],
    )
    async def test_a_weak_one_registers_nobody(self, client: httpx.AsyncClient, password: str, code: str):
        body = registration(password=password)
        answer = await client.post("/v1/auth/register", json=body)
        assert refusal(answer) == (422, "password_refused")
        [fault] = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("/password", code)
        assert await log_in(client, body["email"], password) == 401

    @pytest.mark.parametrize(("length", "status"), [(11, 422), (12, 201), (128, 201), (129, 422)])
    async def test_lengths(self, client: httpx.AsyncClient, length: int, status: int):
        password = ("tall oak river, " * 9)[:length].replace(" ", "~")
        assert (await client.post("/v1/auth/register", json=registration(password=password))).status_code == status

    async def test_other_code_points_of_the_same_look_sign_in(self, client: httpx.AsyncClient):
        body = registration(password="caf\u00e9 au lait, \uff12 cups")
        assert (await client.post("/v1/auth/register", json=body)).status_code == 201
        assert await log_in(client, body["email"], "cafe\u0301 au lait, 2 cups") == 200


@pytest.mark.integration
class TestChange:
    async def test_it_takes_the_new_one_and_ends_other_sessions_alone(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        other = bearer(await sign_in(client, mover_a.email))
        assert (await change(client, mover_a.headers)).status_code == 204
        assert (await who(client, mover_a.headers), await who(client, other)) == (200, 401)
        assert await log_in(client, mover_a.email, PASSWORD) == 401
        assert await log_in(client, mover_a.email, NEW) == 200
        await work(worker_resources)
        assert "Your password was changed" in [
            m["subject"] for m in read_mailbox(settings.mail.mailbox, to=mover_a.email)
        ]

    async def test_staff_change_theirs(self, client: httpx.AsyncClient, staff: StaffMember):
        assert (await change(client, staff.headers)).status_code == 204
        assert await log_in(client, staff.email, NEW) == 200

    async def test_it_needs_the_current_one(self, client: httpx.AsyncClient, mover_a: Member):
        assert refusal(await change(client, mover_a.headers, current_password="x")) == (403, "wrong_password")
        assert await log_in(client, mover_a.email, PASSWORD) == 200

    async def test_a_weak_one_is_refused_at_its_place(self, client: httpx.AsyncClient, mover_a: Member):
        answer = await change(client, mover_a.headers, new_password="Movers forever 1")
        assert refusal(answer) == (422, "password_refused")
        assert answer.json()["errors"][0]["pointer"] == "/new_password"

    async def test_an_ended_session_changes_nothing(self, client: httpx.AsyncClient, mover_a: Member):
        await client.post("/v1/auth/logout", headers=mover_a.headers)
        assert refusal(await change(client, mover_a.headers)) == (401, "session_ended")

    async def test_of_many_at_once_one_changes_it(self, client: httpx.AsyncClient, mover_a: Member):
        answers = await asyncio.gather(*(change(client, mover_a.headers) for _ in range(8)))
        assert sorted(one.status_code for one in answers) == [204] + [403] * 7


@pytest.mark.integration
class TestReset:
    async def test_the_link_sets_a_new_one_and_ends_every_session(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        await asked_for(client, mover_a.email)
        await work(worker_resources)
        assert (await reset(client, token_in(settings, mover_a.email))).status_code == 204
        assert await who(client, mover_a.headers) == 401
        assert await log_in(client, mover_a.email, PASSWORD) == 401
        assert await log_in(client, mover_a.email, NEW) == 200

    async def test_it_is_good_once_even_at_once(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        await asked_for(client, mover_a.email)
        await asked_for(client, mover_a.email)
        await work(worker_resources)
        token = token_in(settings, mover_a.email)
        answers = await asyncio.gather(*(reset(client, token) for _ in range(6)))
        assert sorted(one.status_code for one in answers) == [204] + [422] * 5
        assert {refusal(one) for one in answers if one.status_code != 204} == {(422, "mail_token_refused")}
        first = next(
            found[0]
            for mail in read_mailbox(settings.mail.mailbox, to=mover_a.email)
            for found in [re.search(r"\bmhp_\S+", mail["text"])]
            if found and found[0] != token
        )
        assert refusal(await reset(client, first)) == (422, "mail_token_refused")

    async def test_it_ends_after_half_an_hour(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        settings: Settings,
        clock: ManualClock,
    ):
        await asked_for(client, mover_a.email)
        await work(worker_resources)
        clock.advance(timedelta(minutes=30))
        assert refusal(await reset(client, token_in(settings, mover_a.email))) == (422, "mail_token_refused")
        assert await log_in(client, mover_a.email, PASSWORD) == 200

    async def test_the_link_is_ours_whatever_host_is_asked(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"}
        await client.post("/v1/auth/password-reset/request", json={"email": mover_a.email}, headers=evil)
        await work(worker_resources)
        texts = [mail["text"] for mail in read_mailbox(settings.mail.mailbox, to=mover_a.email)]
        assert any("POST http://127.0.0.1:8000/v1/auth/password-reset" in text for text in texts)
        assert not any("evil" in text for text in texts)

    async def test_a_link_of_another_kind_does_not_do(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        await work(worker_resources)
        assert refusal(await reset(client, token_in(settings, mover_a.email, "mhv"))) == (422, "mail_token_refused")
        assert refusal(await reset(client, "mhp_forged")) == (422, "mail_token_refused")

    async def test_a_weak_one_leaves_the_link_good(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        await asked_for(client, mover_a.email)
        await work(worker_resources)
        token = token_in(settings, mover_a.email)
        assert refusal(await reset(client, token, "password1234")) == (422, "password_refused")
        assert (await reset(client, token)).status_code == 204

    async def test_known_and_unknown_addresses_are_told_alike(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        known, unknown = [
            await client.post("/v1/auth/password-reset/request", json={"email": email})
            for email in (mover_a.email, f"x{mover_a.email}")
        ]
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
        assert set(known.headers) == set(unknown.headers)
        await work(worker_resources)
        assert read_mailbox(settings.mail.mailbox, to=f"x{mover_a.email}") == []


class TestForms:
    """The form of the documents takes what JSON takes, and as it takes it."""

    async def test_a_password_is_hashed_anew_in_its_one_form(
        self, client: httpx.AsyncClient, resources: Resources, logins: Logins
    ):
        told = await client.post("/v1/auth/register", json=registration(password="\ufb01ne weather, \u2163 ducks"))
        assert told.status_code == 201, told.text
        user_id, email = told.json()["user"]["id"], told.json()["user"]["email"]
        auth = resources.settings.auth
        weaker = Passwords(auth.model_copy(update={"argon2_memory_kib": auth.argon2_memory_kib + 8}))
        async with administrator(logins) as admin:
            former = await weaker.hash(normalized_password("\ufb01ne weather, \u2163 ducks"))
            await admin.execute("UPDATE app.users SET password_hash = $1 WHERE id = $2", former, user_id)
            for _ in range(2):
                form = {"username": email, "password": "\ufb01ne weather, \u2163 ducks"}
                assert (await client.post("/v1/auth/token", data=form)).status_code == 200
            assert await admin.fetchval("SELECT password_hash FROM app.users WHERE id = $1", user_id) != former
        weaker.close()

    async def test_nothing_is_cut_off_a_password(self, client: httpx.AsyncClient):
        longest = ("a horse, a battery, a staple; " * 5)[:128]
        told = await client.post("/v1/auth/register", json=registration(password=longest))
        email = told.json()["user"]["email"]
        for password, status in ((longest, 200), (longest + "!", 422), (longest[:-1], 401)):
            form = {"username": email, "password": password}
            assert (await client.post("/v1/auth/token", data=form)).status_code == status

    async def test_half_a_character_is_no_fault_of_ours(self, client: httpx.AsyncClient, mover_a: Member):
        json_type = {"Content-Type": "application/json"}
        body = f'{{"email": "{mover_a.email}", "password": "a horse, \\ud800"}}'
        refused = await client.post("/v1/auth/login", content=body, headers=json_type)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/password")
        body = '{"code": "abcde-\\ud8001"}'
        refused = await client.post("/v1/auth/step-up", content=body, headers=mover_a.headers | json_type)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/code")


class TestSignInsUnderWay:
    """Looking at a password takes a while: what happens meanwhile decides."""

    @pytest.mark.parametrize("how", ["change", "reset"])
    async def test_one_that_began_with_the_former_password_opens_nothing(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        resources: Resources,
        worker_resources: Resources,
        settings: Settings,
        how: str,
    ):
        recognised = await find_by_password(resources, mover_a.email, PASSWORD)
        if how == "change":
            assert (await change(client, mover_a.headers)).status_code == 204
        else:
            await asked_for(client, mover_a.email)
            await work(worker_resources)
            assert (await reset(client, token_in(settings, mover_a.email))).status_code == 204
        with pytest.raises(BadCredentials):
            async with resources.database.write(Identity(Audience.SIGNIN)) as session:
                await sign_in_user(session, resources, recognised, PASSWORD, Device(Transport.BEARER, "slow"))

    async def test_of_a_reset_and_sign_ins_at_once_no_former_session_is_left(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        settings: Settings,
    ):
        await asked_for(client, mover_a.email)
        await work(worker_resources)
        body = {"email": mover_a.email, "password": PASSWORD}
        done, *sign_ins = await asyncio.gather(
            reset(client, token_in(settings, mover_a.email)),
            *(client.post("/v1/auth/login", json=body) for _ in range(12)),
        )
        assert done.status_code == 204
        tokens = [one.json()["access_token"] for one in sign_ins if one.status_code == 200]
        for token in tokens:
            me = await client.get("/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
            assert me.status_code == 401
