"""The second factor: enrolled, demanded, answered once, and asked for again before what a stolen session must not do."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.identity import rules
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import PASSWORD, Logins, Member
from tests.factories.worker import read_mailbox, work
from tests.modules.identity.test_routes import bearer, refusal, sign_in, who

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
RFC_SECRET = b"12345678901234567890"


@pytest.mark.unit
class TestCodes:
    # RFC 6238, appendix B, SHA-1, the last six of its eight digits.
    @pytest.mark.parametrize(
        ("at", "code"),
        [
            (59, "287082"),
            (1111111109, "081804"),
            (1111111111, "050471"),
            (1234567890, "005924"),
            (2000000000, "279037"),
            (20000000000, "353130"),
        ],
    )
    def test_vectors_of_the_rfc(self, at: int, code: str):
        assert rules.code_at(RFC_SECRET, at // 30) == code
        assert rules.step_of(RFC_SECRET, code, datetime.fromtimestamp(at, UTC), None) == at // 30

    @pytest.mark.parametrize(("late", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
    def test_half_a_minute_early_or_late_is_forgiven(self, late: int, *, is_taken: bool):
        at = datetime.fromtimestamp(1_800_000_000, UTC)
        code = rules.code_at(RFC_SECRET, 1_800_000_000 // 30)
        assert (rules.step_of(RFC_SECRET, code, at + timedelta(seconds=late), None) is not None) == is_taken

    def test_a_step_is_good_once(self):
        at = datetime.fromtimestamp(1_800_000_000, UTC)
        code = rules.code_at(RFC_SECRET, 60_000_000)
        assert rules.step_of(RFC_SECRET, code, at, 60_000_000) is None
        assert rules.step_of(RFC_SECRET, code, at, 59_999_999) == 60_000_000

    def test_recovery_codes_are_read_however_they_are_copied(self):
        code = rules.recovery_code_of(bytes(range(10)))
        assert re.fullmatch(r"[a-z2-7]{5}-[a-z2-7]{5}", code)
        assert rules.plain_recovery_code(f" {code.upper()} ") == rules.plain_recovery_code(code)


def code_of(secret: str, clock: ManualClock) -> str:
    return rules.code_at(base64.b32decode(secret), int(clock.now().timestamp()) // 30)


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 1_000_000:06}"


async def enrol(client: httpx.AsyncClient, headers: dict[str, str], clock: ManualClock) -> tuple[str, list[str]]:
    """The secret and the recovery codes; the clock stands at the next step afterwards."""
    answer = await client.post("/v1/auth/mfa/enrol", headers=headers)
    assert answer.status_code == 201, answer.text
    secret: str = answer.json()["secret"]
    confirmed = await client.post("/v1/auth/mfa/confirm", headers=headers, json={"code": code_of(secret, clock)})
    assert confirmed.status_code == 200, confirmed.text
    clock.advance(timedelta(seconds=30))
    codes: list[str] = confirmed.json()["recovery_codes"]
    return secret, codes


async def challenge(client: httpx.AsyncClient, email: str, **more: Any) -> str:
    body = {"email": email, "password": PASSWORD, **more}
    answer = await client.post("/v1/auth/login", json=body, headers=OWN_PAGE)
    assert refusal(answer) == (401, "second_factor_required"), answer.text
    assert "access_token" not in answer.text
    found: str = answer.json()["challenge"]
    return found


async def answer_it(client: httpx.AsyncClient, text: str, code: str) -> httpx.Response:
    return await client.post("/v1/auth/mfa/verify", json={"challenge": text, "code": code}, headers=OWN_PAGE)


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


@pytest.mark.integration
class TestEnrolment:
    async def test_the_secret_comes_as_text_and_as_address(self, client: httpx.AsyncClient, mover_a: Member):
        told = (await client.post("/v1/auth/mfa/enrol", headers=mover_a.headers)).json()
        uri = urlsplit(told["otpauth_uri"])
        assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
        assert parse_qs(uri.query) == {
            "secret": [told["secret"]],
            "issuer": ["MoveHub"],
            "digits": ["6"],
            "period": ["30"],
        }
        assert len(base64.b32decode(told["secret"])) == 20

    async def test_it_is_in_force_only_when_confirmed(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        secret = (await client.post("/v1/auth/mfa/enrol", headers=mover_a.headers)).json()["secret"]
        bad = {"code": wrong(code_of(secret, clock))}
        answer = await client.post("/v1/auth/mfa/confirm", headers=mover_a.headers, json=bad)
        assert refusal(answer) == (403, "wrong_code")
        await sign_in(client, mover_a.email)

    async def test_other_sessions_end_and_the_owner_is_told(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        clock: ManualClock,
        worker_resources: Resources,
        settings: Settings,
    ):
        other = bearer(await sign_in(client, mover_a.email))
        _, codes = await enrol(client, mover_a.headers, clock)
        assert len(set(codes)) == 10
        assert (await who(client, mover_a.headers), await who(client, other)) == (200, 401)
        again = await client.post("/v1/auth/mfa/enrol", headers=mover_a.headers)
        assert refusal(again) == (409, "second_factor_stands")
        nothing = await client.post("/v1/auth/mfa/confirm", headers=mover_a.headers, json={"code": "000000"})
        assert refusal(nothing) == (409, "nothing_to_confirm")
        await work(worker_resources)
        subjects = [mail["subject"] for mail in read_mailbox(settings.mail.mailbox, to=mover_a.email)]
        assert "Your sign-in now needs a second factor" in subjects

    async def test_the_database_holds_neither_secret_nor_recovery_codes(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock, admin: asyncpg.Connection
    ):
        secret, codes = await enrol(client, mover_a.headers, clock)
        for table in ("second_factors", "recovery_codes"):
            kept = await admin.fetchval(f"SELECT string_agg(t::text, '') FROM app.{table} AS t")
            for text in (secret, *codes, *(code.replace("-", "") for code in codes)):
                assert text not in kept
                assert text.encode().hex() not in kept

    async def test_an_old_session_does_not_enrol(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        clock.advance(timedelta(minutes=5, seconds=1))
        answer = await client.post("/v1/auth/mfa/enrol", headers=mover_a.headers)
        assert refusal(answer) == (403, "step_up_required")
        await client.post("/v1/auth/step-up", headers=mover_a.headers, json={"password": PASSWORD})
        assert (await client.post("/v1/auth/mfa/enrol", headers=mover_a.headers)).status_code == 201


@pytest.mark.integration
class TestSignIn:
    async def test_a_code_answers_the_challenge(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        secret, _ = await enrol(client, mover_a.headers, clock)
        answer = await answer_it(client, await challenge(client, mover_a.email), code_of(secret, clock))
        assert answer.status_code == 200
        assert await who(client, bearer(answer.json())) == 200
        assert answer.json()["organization"]["id"] == str(mover_a.org_id)

    async def test_cookies_are_given_as_the_sign_in_asked(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        secret, _ = await enrol(client, mover_a.headers, clock)
        client.headers["Origin"] = "http://test"
        text = await challenge(client, mover_a.email, transport="cookie")
        answer = await answer_it(client, text, code_of(secret, clock))
        assert (answer.json()["token_type"], answer.json()["access_token"]) == ("cookie", None)
        assert "movehub_at" in answer.cookies

    async def test_a_code_is_good_once_even_at_once(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        secret, _ = await enrol(client, mover_a.headers, clock)
        texts = [await challenge(client, mover_a.email) for _ in range(4)]
        code = code_of(secret, clock)
        answers = await asyncio.gather(*(answer_it(client, text, code) for text in texts))
        assert sorted(one.status_code for one in answers) == [200, 401, 401, 401]

    async def test_a_recovery_code_is_good_once_even_at_once(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        _, codes = await enrol(client, mover_a.headers, clock)
        texts = [await challenge(client, mover_a.email) for _ in range(4)]
        answers = await asyncio.gather(*(answer_it(client, text, codes[0].upper()) for text in texts))
        assert sorted(one.status_code for one in answers) == [200, 401, 401, 401]
        assert (await answer_it(client, await challenge(client, mover_a.email), codes[1])).status_code == 200

    async def test_a_challenge_takes_five_codes_even_in_parallel(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        secret, _ = await enrol(client, mover_a.headers, clock)
        text = await challenge(client, mover_a.email)
        code = code_of(secret, clock)
        answers = await asyncio.gather(*(answer_it(client, text, wrong(code)) for _ in range(20)))
        codes = sorted(one.json()["code"] for one in answers)
        assert codes == ["challenge_refused"] * 15 + ["second_factor_refused"] * 5
        assert refusal(await answer_it(client, text, code)) == (401, "challenge_refused")

    async def test_new_challenges_give_no_more_guesses_than_twenty_an_hour(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        secret, _ = await enrol(client, mover_a.headers, clock)
        for _ in range(4):
            text = await challenge(client, mover_a.email)
            for _ in range(5):
                assert (await answer_it(client, text, wrong(code_of(secret, clock)))).status_code == 401
        answer = await answer_it(client, await challenge(client, mover_a.email), code_of(secret, clock))
        assert answer.status_code == 429
        clock.advance(timedelta(hours=1, seconds=1))
        answer = await answer_it(client, await challenge(client, mover_a.email), code_of(secret, clock))
        assert answer.status_code == 200

    async def test_a_challenge_ends_after_five_minutes_and_after_its_answer(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        secret, codes = await enrol(client, mover_a.headers, clock)
        answered = await challenge(client, mover_a.email)
        assert (await answer_it(client, answered, codes[0])).status_code == 200
        assert refusal(await answer_it(client, answered, codes[1])) == (401, "challenge_refused")
        late = await challenge(client, mover_a.email)
        clock.advance(timedelta(minutes=5))
        assert refusal(await answer_it(client, late, code_of(secret, clock))) == (401, "challenge_refused")
        assert refusal(await answer_it(client, f"{late}x", codes[1])) == (401, "challenge_refused")

    async def test_the_form_of_the_documents_gives_the_same_challenge(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        secret, _ = await enrol(client, mover_a.headers, clock)
        answer = await client.post("/v1/auth/token", data={"username": mover_a.email, "password": PASSWORD})
        assert refusal(answer) == (401, "second_factor_required")
        done = await answer_it(client, answer.json()["challenge"], code_of(secret, clock))
        assert done.status_code == 200


@pytest.mark.integration
class TestNewPassword:
    async def test_a_challenge_that_waits_is_worth_nothing_after_it(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        secret, _ = await enrol(client, mover_a.headers, clock)
        waiting = await challenge(client, mover_a.email)
        body = {"current_password": PASSWORD, "new_password": "purple giraffe on a ladder"}
        assert (await client.post("/v1/auth/password", json=body, headers=mover_a.headers)).status_code == 204
        assert refusal(await answer_it(client, waiting, code_of(secret, clock))) == (401, "challenge_refused")


class TestDisable:
    async def test_it_takes_password_and_code(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        secret, codes = await enrol(client, mover_a.headers, clock)
        for body, code in (
            ({"password": "x", "code": code_of(secret, clock)}, "wrong_password"),
            ({"password": PASSWORD, "code": wrong(code_of(secret, clock))}, "wrong_code"),
        ):
            answer = await client.post("/v1/auth/mfa/disable", headers=mover_a.headers, json=body)
            assert refusal(answer) == (403, code)
        body = {"password": PASSWORD, "code": codes[0]}
        assert (await client.post("/v1/auth/mfa/disable", headers=mover_a.headers, json=body)).status_code == 204
        await sign_in(client, mover_a.email)
        again = await client.post("/v1/auth/mfa/disable", headers=mover_a.headers, json=body)
        assert refusal(again) == (409, "second_factor_missing")


@pytest.mark.integration
class TestStepUp:
    async def test_who_has_a_factor_shows_it(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        secret, _ = await enrol(client, mover_a.headers, clock)
        by_password = await client.post("/v1/auth/step-up", headers=mover_a.headers, json={"password": PASSWORD})
        assert refusal(by_password) == (403, "wrong_code")
        body = {"code": code_of(secret, clock)}
        assert (await client.post("/v1/auth/step-up", headers=mover_a.headers, json=body)).status_code == 204
        replayed = await client.post("/v1/auth/step-up", headers=mover_a.headers, json=body)
        assert refusal(replayed) == (403, "wrong_code")

    @pytest.mark.parametrize("body", [{}, {"password": "x"}, {"code": "123456"}])
    async def test_who_has_none_shows_the_password(
        self, client: httpx.AsyncClient, mover_a: Member, body: dict[str, str]
    ):
        answer = await client.post("/v1/auth/step-up", headers=mover_a.headers, json=body)
        assert refusal(answer) == (403, "wrong_password")
