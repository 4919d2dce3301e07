"""What codes may cost in a day, whoever asks for them, and who hears of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from app import registry
from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.main import assemble, build_resources
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.settings import LimitSettings, RedisSettings, Settings
from app.runtime.web.service import Readiness
from tests.conftest import Logins, StaffMember
from tests.factories.customers import new_email, new_phone

pytestmark = pytest.mark.integration

OTP = "/v1/customers/otp"
# Days that no other test sends anything on.
DAYS_OF_ITS_OWN = timedelta(days=4_000)


class Ground:
    def __init__(self, settings: Settings, database: Database, logins: Logins, clock: ManualClock) -> None:
        self._settings, self._database, self._logins, self._clock = settings, database, logins, clock

    @asynccontextmanager
    async def client(self, **limits: int) -> AsyncIterator[tuple[httpx.AsyncClient, Resources]]:
        """The program with these limits of codes and no Redis, asked from an address of its own."""
        given = LimitSettings(anonymous_per_minute=1_000_000, caller_per_minute=1_000_000, **limits)
        changes = {"limits": given, "redis_url": "redis://127.0.0.1:1/0", "redis": RedisSettings()}
        settings = Settings.model_validate(self._settings.model_dump() | changes)
        resources = build_resources(settings, self._database, clock=self._clock)
        app = assemble(resources, Readiness(self._logins.app, registry.schema_revision()))
        transport = httpx.ASGITransport(app, client=(f"address-{new_id()}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client, resources
        await resources.close()


@pytest.fixture
def ground(settings: Settings, app_database: Database, logins: Logins, clock: ManualClock) -> Ground:
    return Ground(settings, app_database, logins, clock)


def refused(resources: Resources, limit: str) -> float:
    return resources.metrics.registry.get_sample_value("movehub_rate_limited_total", {"limit": limit}) or 0.0


class TestAllNumbers:
    async def test_a_days_texts_are_spent_by_whoever_asks_and_mail_goes_on(
        self, ground: Ground, clock: ManualClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        clock.advance(DAYS_OF_ITS_OWN)
        async with ground.client(otp_texts_per_day=5, factor=1) as (client, resources):
            with caplog.at_level(logging.WARNING):
                answers = await asyncio.gather(*(client.post(OTP, json={"phone": new_phone()}) for _ in range(9)))
            mailed = await client.post(OTP, json={"email": new_email()})
            told = resources.metrics.registry.get_sample_value("movehub_otp_texts_total")
            refusals = refused(resources, "otp_texts_day")

        assert sorted(answer.status_code for answer in answers) == [202] * 5 + [503] * 4
        spent = next(answer for answer in answers if answer.status_code == 503)
        assert spent.json()["code"] == "texts_spent"
        assert 0 < int(spent.headers["retry-after"]) <= 24 * 3600
        assert mailed.status_code == 202
        assert (told, refusals) == (5, 4)
        heard = [
            (one.levelname, one.getMessage()[:34]) for one in caplog.records if "text messages" in one.getMessage()
        ]
        assert heard == [
            ("WARNING", "4 of the day's 5 text messages are"),
            ("ERROR", "the day's 5 text messages are spen"),
        ]

    async def test_the_next_day_begins_anew(self, ground: Ground, clock: ManualClock) -> None:
        clock.advance(DAYS_OF_ITS_OWN + timedelta(days=2))
        async with ground.client(otp_texts_per_day=1) as (client, _):
            first, second = [await client.post(OTP, json={"phone": new_phone()}) for _ in range(2)]
            clock.advance(timedelta(seconds=int(second.headers["retry-after"])))
            third = await client.post(OTP, json={"phone": new_phone()})

        assert [answer.status_code for answer in (first, second, third)] == [202, 503, 202]

    async def test_staff_see_what_is_spent_and_where_it_went(
        self, ground: Ground, clock: ManualClock, staff: StaffMember
    ) -> None:
        clock.advance(timedelta(minutes=1))
        async with ground.client(otp_texts_per_day=1_000_000) as (client, _):
            before = (await client.get("/v1/ops/text-messages", headers=staff.headers)).json()
            for number in ("+37060012345", "+37060012346", "+43664123456"):
                assert (await client.post(OTP, json={"phone": number})).status_code == 202
            after = (await client.get("/v1/ops/text-messages", headers=staff.headers)).json()

        assert after["day"] == clock.now().date().isoformat()
        assert (after["sent"] - before["sent"], after["most"], after["is_spent"]) == (3, 1_000_000, False)
        had, counts = ({one["prefix"]: one["sent"] for one in seen["prefixes"]} for seen in (before, after))
        assert counts["+370"] - had.get("+370", 0) == 2
        assert not any(len(prefix) > 5 for prefix in counts)


class TestRecipients:
    @pytest.mark.parametrize("channel", ["phone", "email"])
    async def test_ten_codes_a_day_go_to_a_recipient(self, ground: Ground, clock: ManualClock, channel: str) -> None:
        body = {channel: new_phone() if channel == "phone" else new_email()}
        clock.move_to(clock.now().replace(hour=0, minute=0) + timedelta(days=1))
        async with ground.client() as (client, _):
            answers = []
            for _ in range(11):
                answers.append(await client.post(OTP, json=body))
                clock.advance(timedelta(minutes=15))
            clock.advance(timedelta(days=1))
            tomorrow = await client.post(OTP, json=body)

        assert [answer.status_code for answer in answers] == [202] * 10 + [429]
        assert answers[-1].headers["retry-after"] == str(24 * 3600 - 150 * 60)
        assert tomorrow.status_code == 202

    async def test_what_is_refused_is_not_counted(self, ground: Ground, clock: ManualClock) -> None:
        clock.advance(DAYS_OF_ITS_OWN + timedelta(days=5))
        phone = new_phone()
        async with ground.client(otp_texts_per_day=2) as (client, _):
            answers = [await client.post(OTP, json={"phone": phone}) for _ in range(4)]
            clock.advance(timedelta(minutes=2))
            answers.append(await client.post(OTP, json={"phone": phone}))

        assert [answer.status_code for answer in answers] == [202, 429, 429, 429, 202]
