"""A link gives one move another time, once, to whoever has it, and does nothing else."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from app import registry
from app.kernel.actor import LinkHolder, LinkScope
from app.kernel.clock import ManualClock
from app.main import assemble, build_resources
from app.runtime.auth.links import links_of
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from app.runtime.web.service import Readiness
from tests.conftest import START, Logins, Member, StaffMember, settings_for
from tests.documented import DocumentedTransport
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.customers import new_email
from tests.factories.market import invite_customers, open_company
from tests.factories.worker import read_mailbox, work
from tests.modules.bookings.test_reschedule import MONDAY
from tests.modules.bookings.test_reschedule import confirmed as confirmed_in_the_market
from tests.modules.bookings.test_tracking import REFUSED, follow, post, told

pytestmark = pytest.mark.integration

LATER = {"starts_at": "2027-03-10T09:00:00", "expected_total": {"amount": "500.00"}}


@pytest.fixture
async def confirmed(client: httpx.AsyncClient, mover_a: Member) -> dict[str, Any]:
    contact = {"full_name": "Bob Moss", "phone": "+14155550123", "email": new_email()}
    booking = await book_by_hand(client, mover_a.headers, contact=contact)
    return await post(client, mover_a.headers, booking, "confirm")


async def link_of(client: httpx.AsyncClient, headers: dict[str, str], booking_id: str) -> str | None:
    answer = await client.get(f"/v1/bookings/{booking_id}/reschedule-link", headers=headers)
    assert answer.status_code == 200, answer.text
    url: str | None = answer.json()["url"]
    return url


async def use(client: httpx.AsyncClient, url: str | None, body: Any = LATER, step: str = "") -> httpx.Response:
    assert url is not None
    return await client.post(f"{urlsplit(url).path}{step}?{urlsplit(url).query}", json=body)


class TestReschedule:
    async def test_the_letter_carries_it_and_the_next_letter_the_next(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        confirmed: dict[str, Any],
        settings: Settings,
        worker_resources: Resources,
    ):
        await work(worker_resources)
        email = confirmed["contact"]["email"]
        [mail] = read_mailbox(settings.mail.mailbox, to=email)
        [url] = re.findall(r"https?://\S+/v1/reschedule\S+", mail["text"])
        shown = await follow(client, url)
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        assert shown.json()["reference"] == confirmed["reference"]
        for word in ("Bob Moss", "+14155550123", "Market Street", "94103", str(mover_a.org_id)):
            assert word not in shown.text, word
        seen = await use(client, url, {"starts_at": LATER["starts_at"]}, "/preview")
        assert (seen.status_code, seen.json()["is_free"]) == (200, True)

        done = await use(client, url, LATER | {"expected_total": {"amount": seen.json()["total"]["amount"]}})

        assert done.status_code == 200, done.text
        assert done.json()["starts_at"] == seen.json()["starts_at"]
        assert done.json()["status"] == "confirmed"
        booking = (await client.get(f"/v1/bookings/{confirmed['id']}", headers=mover_a.headers)).json()
        assert booking["starts_at"] == seen.json()["starts_at"]
        history = await client.get(f"/v1/bookings/{confirmed['id']}/history", headers=mover_a.headers)
        assert history.json()["items"][-1]["actor_kind"] == "link"
        assert told(await follow(client, url)) == REFUSED
        await work(worker_resources)
        later = next(
            one["text"] for one in read_mailbox(settings.mail.mailbox, to=email) if one["subject"].startswith("Another")
        )
        [second] = re.findall(r"https?://\S+/v1/reschedule\S+", later)
        assert (await follow(client, second)).json()["starts_at"] == seen.json()["starts_at"]

    async def test_of_two_at_once_one_is_served(
        self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any]
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        answers = await asyncio.gather(*(use(client, url) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]

    async def test_what_the_customer_may_not_the_link_may_not(
        self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any]
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        for change, refusal in (
            ({"starts_at": "2020-03-10T09:00:00"}, (422, "window_refused")),
            ({"expected_total": {"amount": "1.00"}}, (409, "price_changed")),
            ({"starts_at": "2027-03-14T02:30:00"}, (422, "local_time_refused")),
            ({"starts_at": "tomorrow"}, (422, "validation_failed")),
            ({"status": "completed"}, (422, "validation_failed")),
        ):
            assert told(await use(client, url, LATER | change)) == refusal, change
        assert (await use(client, url)).status_code == 200, "what was refused spends nothing"

    async def test_moved_late_and_cancelled_early_is_no_way_around_the_fee(
        self, client: httpx.AsyncClient, resources: Resources, staff: StaffMember, clock: ManualClock
    ):
        company = await open_company(client, staff.headers, prices={"deposit": {"amount": "100.00"}})
        [customer] = await invite_customers(resources, 1)
        booking = await confirmed_in_the_market(client, customer, company)
        url = await link_of(client, customer.headers, booking["id"])
        clock.move_to(datetime.fromisoformat(MONDAY) - timedelta(hours=60))
        body = {"starts_at": "2027-03-29T09:00:00", "expected_total": booking["price"]["total"]}
        assert (await use(client, url, body)).status_code == 200
        done = await post(client, customer.headers, booking, "cancel", {"reason": "We stay."})
        assert done["settlement"]["fee"] == {"amount": "50.00", "currency": "USD"}

    async def test_it_is_used_so_often_an_hour_and_no_more(
        self,
        app_database: Database,
        logins: Logins,
        tmp_path: Path,
        mover_a: Member,
        confirmed: dict[str, Any],
        client: httpx.AsyncClient,
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        limited = settings_for(logins, tmp_path, limits={"link_per_booking_hour": 3})
        resources = build_resources(limited, app_database, clock=ManualClock(START))
        app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
        async with httpx.AsyncClient(transport=DocumentedTransport(app), base_url="http://test") as narrow:
            statuses = [(await follow(narrow, url)).status_code for _ in range(4)]
        await resources.close()
        assert statuses == [200, 200, 200, 429]


class TestItEnds:
    async def test_when_it_is_renewed(self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any]):
        first = await link_of(client, mover_a.headers, confirmed["id"])
        second = (await post(client, mover_a.headers, confirmed, "reschedule-link/renew"))["url"]
        assert told(await use(client, first)) == REFUSED
        assert told(await follow(client, first)) == REFUSED
        assert (await use(client, second)).status_code == 200

    @pytest.mark.parametrize(("step", "body"), [("start", None), ("cancel", {"reason": "ill"}), ("reschedule", LATER)])
    async def test_when_the_truck_leaves_or_the_move_is_cancelled_or_moved(
        self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any], step: str, body: Any
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        await post(client, mover_a.headers, confirmed, step, body)
        for answer in (await follow(client, url), await use(client, url), await use(client, url, LATER, "/preview")):
            assert told(answer) in (REFUSED, (422, "validation_failed"))
        assert told(await follow(client, url)) == REFUSED
        assert (await link_of(client, mover_a.headers, confirmed["id"]) is None) == (step != "reschedule")

    async def test_when_somebody_else_is_the_contact(
        self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any]
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        here = f"/v1/bookings/{confirmed['id']}"
        etag = (await client.get(here, headers=mover_a.headers)).headers["etag"]
        body = {"contact": {"email": new_email()}}
        assert (await client.patch(here, json=body, headers=mover_a.headers | {"If-Match": etag})).status_code == 200
        assert told(await use(client, url)) == REFUSED

    async def test_when_the_move_should_begin(
        self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any], clock: ManualClock
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        clock.advance(timedelta(days=8))
        assert told(await follow(client, url)) == REFUSED


class TestItDoesNothingElse:
    async def test_links_of_two_scopes_do_not_do_each_others_work(
        self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any]
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        tracking = await client.get(f"/v1/bookings/{confirmed['id']}/tracking-link", headers=mover_a.headers)
        tokens = [parse_qs(urlsplit(one).query)["token"][0] for one in (url or "", tracking.json()["url"])]
        assert told(await client.get("/v1/track", params={"token": tokens[0]})) == REFUSED
        assert told(await client.post("/v1/reschedule", params={"token": tokens[1]}, json=LATER)) == REFUSED
        await post(client, mover_a.headers, confirmed, "tracking-link/renew")
        assert (await follow(client, url)).status_code == 200, "one is renewed without the other"

    async def test_what_we_sign_for_another_purpose_is_no_link(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, confirmed: dict[str, Any]
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        payload = resources.signer.read("link reschedule", parse_qs(urlsplit(url or "").query)["token"][0])
        for purpose in ("link track", "link sign", "link rate", "link", "reschedule", "cursor"):
            forged = {"token": resources.signer.sign(purpose, payload)}
            assert told(await client.post("/v1/reschedule", params=forged, json=LATER)) == REFUSED, purpose

    async def test_a_link_to_a_booking_of_another_company_finds_none(
        self, client: httpx.AsyncClient, resources: Resources, mover_b: Member, confirmed: dict[str, Any]
    ):
        now = resources.clock.now()
        holder = LinkHolder(LinkScope.RESCHEDULE, mover_b.org_id, UUID(confirmed["id"]), 1, now)
        token = {"token": links_of(resources).token(holder, now + timedelta(days=1))}
        assert told(await client.get("/v1/reschedule", params=token)) == REFUSED
        refused = await client.post("/v1/reschedule", params=token, json=LATER)
        assert refused.status_code == 404

    async def test_strangers_are_given_none(
        self, client: httpx.AsyncClient, mover_b: Member, confirmed: dict[str, Any]
    ):
        here = f"/v1/bookings/{confirmed['id']}/reschedule-link"
        assert (await client.get(here, headers=mover_b.headers)).status_code == 404
        assert (await client.post(f"{here}/renew", headers=mover_b.headers | new_key())).status_code == 404
