"""A link opens one thing of one booking, to whoever has it, for as long as it should."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from app.kernel.actor import LinkHolder, LinkScope
from app.kernel.clock import ManualClock
from app.kernel.signing import Signer
from app.runtime.auth.links import Links, SignedLinkRefused, links_of
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Member, StaffMember
from tests.factories.belongings import Belongings, furnish
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.customers import new_email, sign_in_customer
from tests.factories.worker import read_mailbox, work

pytestmark = pytest.mark.integration

REFUSED = (404, "signed_link_refused")


async def post(
    client: httpx.AsyncClient, headers: dict[str, str], booking: dict[str, Any] | str, step: str, body: Any = None
) -> dict[str, Any]:
    booking_id = booking if isinstance(booking, str) else booking["id"]
    answer = await client.post(f"/v1/bookings/{booking_id}/{step}", json=body, headers=headers | new_key())
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def link_of(client: httpx.AsyncClient, headers: dict[str, str], booking_id: str) -> str | None:
    answer = await client.get(f"/v1/bookings/{booking_id}/tracking-link", headers=headers)
    assert answer.status_code == 200, answer.text
    url: str | None = answer.json()["url"]
    return url


async def follow(client: httpx.AsyncClient, url: str | None) -> httpx.Response:
    """As a browser of somebody unknown, by path and query alone."""
    assert url is not None
    return await client.get(f"{urlsplit(url).path}?{urlsplit(url).query}")


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


@pytest.fixture
async def confirmed(client: httpx.AsyncClient, mover_a: Member) -> dict[str, Any]:
    booking = await book_by_hand(client, mover_a.headers, contact={"full_name": "Bob Moss", "phone": "+14155550123"})
    return await post(client, mover_a.headers, booking, "confirm")


@pytest.fixture
async def belongings(client: httpx.AsyncClient, resources: Resources, staff: StaffMember) -> Belongings:
    return await furnish(client, await sign_in_customer(client, resources), staff)


class TestTrack:
    async def test_the_confirmation_carries_a_link_that_opens_the_move(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        settings: Settings,
        worker_resources: Resources,
    ):
        email = new_email()
        contact = {"full_name": "Bob Moss", "phone": "+14155550123", "email": email}
        booking = await book_by_hand(client, mover_a.headers, contact=contact)
        await post(client, mover_a.headers, booking, "confirm")
        await work(worker_resources)
        [mail] = read_mailbox(settings.mail.mailbox, to=email)
        [url] = re.findall(r"https?://\S+/v1/track\S+", mail["text"])
        await post(client, mover_a.headers, booking, "start", {"note": "Gate code 4711"})

        answer = await follow(client, url)

        assert url.startswith(f"{settings.http.public_url}/v1/track?token=")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        shown = answer.json()
        assert shown["reference"] == booking["reference"]
        assert shown["status"] == "en_route"
        assert [step["status"] for step in shown["steps"]] == ["held", "confirmed", "en_route"]
        assert (shown["origin"], shown["destination"]) == (
            {"city": "San Francisco", "state": "CA"},
            {"city": "Oakland", "state": "CA"},
        )
        private = (*contact.values(), "Market Street", "Plaza", "94103", "4711", "500", "latitude", str(mover_a.org_id))
        for word in private:
            assert word not in answer.text, word

    async def test_each_step_is_told_once_whatever_the_office_writes_down_besides(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        window = {"starts_at": "2027-03-08T09:00:00", "ends_at": "2027-03-08T13:00:00"}
        booking = await book_by_hand(client, mover_a.headers, window=window, arrival_window_minutes=60)
        await post(client, mover_a.headers, booking, "confirm")
        await post(client, mover_a.headers, booking, "plan-arrival", {"arrives_at": "2027-03-08T09:30:00"})
        crew = {name: booking[name] for name in ("truck_ids", "driver_ids")}
        for _ in range(2):
            await post(client, mover_a.headers, booking, "assign", crew)
        await post(client, mover_a.headers, booking, "start")
        await post(client, mover_a.headers, booking, "take-back", {"reason": "Pressed for the wrong job"})
        shown = (await follow(client, await link_of(client, mover_a.headers, booking["id"]))).json()
        assert [step["status"] for step in shown["steps"]] == ["held", "confirmed", "assigned"]

    async def test_the_customer_and_the_office_are_given_the_same_link(
        self, client: httpx.AsyncClient, belongings: Belongings
    ):
        held, done = belongings.ids["booking_id"], belongings.ids["done_id"]

        links = [await link_of(client, one.headers, done) for one in (belongings.customer, belongings.member)]

        assert links[0] == links[1]
        assert (await follow(client, links[0])).json()["status"] == "completed"
        assert await link_of(client, belongings.customer.headers, held) is None

    async def test_another_time_is_mailed_with_a_link_as_good_as_that(
        self, client: httpx.AsyncClient, belongings: Belongings, settings: Settings, worker_resources: Resources
    ):
        customer, booking_id = belongings.customer, belongings.ids["booking_id"]
        email = new_email()
        before = await client.get(f"/v1/bookings/{booking_id}", headers=customer.headers)
        patched = await client.patch(
            f"/v1/bookings/{booking_id}",
            json={"contact": {"email": email}},
            headers=customer.headers | {"If-Match": before.headers["etag"]},
        )
        assert patched.status_code == 200
        await post(client, customer.headers, booking_id, "confirm")
        first = await link_of(client, customer.headers, booking_id)
        there = await client.get(f"/v1/bookings/{booking_id}", headers=customer.headers)
        body = {"starts_at": "2027-06-23T09:00:00", "expected_total": there.json()["price"]["total"]}
        moved = await client.post(
            f"/v1/bookings/{booking_id}/reschedule",
            json=body,
            headers=customer.headers | new_key() | {"If-Match": there.headers["etag"]},
        )
        assert moved.status_code == 200, moved.text
        await work(worker_resources)

        letters = read_mailbox(settings.mail.mailbox, to=email)
        [text] = [one["text"] for one in letters if one["subject"].startswith("Another time")]
        [url] = re.findall(r"https?://\S+/v1/track\S+", text)
        assert url != first
        assert (await follow(client, url)).json()["starts_at"] == moved.json()["starts_at"]


class TestItEnds:
    async def test_a_week_after_the_move(
        self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any], clock: ManualClock
    ):
        answer = await client.get(f"/v1/bookings/{confirmed['id']}/tracking-link", headers=mover_a.headers)
        url, expires_at = answer.json()["url"], datetime.fromisoformat(answer.json()["expires_at"])
        assert expires_at == datetime.fromisoformat(confirmed["ends_at"]) + timedelta(days=7)

        clock.advance(expires_at - timedelta(seconds=1) - clock.now())
        last = await follow(client, url)
        clock.advance(timedelta(seconds=1))

        assert last.status_code == 200
        assert told(await follow(client, url)) == REFUSED

    async def test_when_it_is_renewed(self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any]):
        first = await link_of(client, mover_a.headers, confirmed["id"])

        second = (await post(client, mover_a.headers, confirmed, "tracking-link/renew"))["url"]

        assert told(await follow(client, first)) == REFUSED
        assert (await follow(client, second)).status_code == 200
        assert await link_of(client, mover_a.headers, confirmed["id"]) == second

    async def test_when_the_move_is_cancelled(
        self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any]
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])

        await post(client, mover_a.headers, confirmed, "cancel", {"reason": "ill"})

        assert told(await follow(client, url)) == REFUSED
        assert await link_of(client, mover_a.headers, confirmed["id"]) is None

    async def test_when_its_customer_is_erased(self, client: httpx.AsyncClient, belongings: Belongings):
        customer = belongings.customer
        await post(client, customer.headers, belongings.ids["booking_id"], "cancel", {"reason": "no"})
        url = await link_of(client, customer.headers, belongings.ids["done_id"])
        assert (await follow(client, url)).status_code == 200

        assert (await client.delete("/v1/customers/me", headers=customer.headers)).status_code == 200

        assert told(await follow(client, url)) == REFUSED


class TestItOpensNothingElse:
    async def test_what_we_sign_for_another_purpose_is_no_link(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, confirmed: dict[str, Any]
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        token = parse_qs(urlsplit(url or "").query)["token"][0]
        payload = resources.signer.read("link track", token)

        for purpose in ("link reschedule", "link sign", "link", "track", "cursor", "calendar feed"):
            forged = resources.signer.sign(purpose, payload)
            assert told(await client.get("/v1/track", params={"token": forged})) == REFUSED, purpose

    @pytest.mark.parametrize("changed", ["b", "o", "i", "x"])
    async def test_nothing_in_it_can_be_changed(
        self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any], changed: str
    ):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        holder = LinkHolder(
            LinkScope.TRACK,
            uuid4() if changed == "o" else mover_a.org_id,
            uuid4() if changed == "b" else UUID(confirmed["id"]),
            2 if changed == "i" else 1,
            datetime.fromisoformat(confirmed["created_at"]),
        )
        expires_at = datetime.fromisoformat(confirmed["ends_at"]) + timedelta(days=8 if changed == "x" else 7)
        forger = Links(Signer(b"another key, as long as one has to be"), "http://127.0.0.1")
        token = parse_qs(urlsplit(url or "").query)["token"][0]
        grafted = token[:21] + forger.token(holder, expires_at)[21:]

        assert grafted != token
        assert told(await client.get("/v1/track", params={"token": grafted})) == REFUSED
        assert told(await client.get("/v1/track", params={"token": forger.token(holder, expires_at)})) == REFUSED

    @pytest.mark.parametrize("token", ["", "x", "é", "a.b.c", "A" * 400, "../../health"])
    async def test_rubbish_is_refused(self, client: httpx.AsyncClient, token: str):
        assert told(await client.get("/v1/track", params={"token": token})) == REFUSED

    async def test_a_link_to_a_booking_of_another_company_finds_none(
        self, client: httpx.AsyncClient, resources: Resources, mover_b: Member, confirmed: dict[str, Any]
    ):
        now = resources.clock.now()
        holder = LinkHolder(LinkScope.TRACK, mover_b.org_id, UUID(confirmed["id"]), 1, now)
        token = links_of(resources).token(holder, now + timedelta(days=1))

        assert told(await client.get("/v1/track", params={"token": token})) == REFUSED

    async def test_it_signs_nobody_in(self, client: httpx.AsyncClient, mover_a: Member, confirmed: dict[str, Any]):
        url = await link_of(client, mover_a.headers, confirmed["id"])
        token = parse_qs(urlsplit(url or "").query)["token"][0]
        headers = {"Authorization": f"Bearer {token}"}

        refused = await client.get(f"/v1/bookings/{confirmed['id']}", headers=headers)

        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")

    async def test_what_is_read_is_what_was_written_until_it_expires(
        self, client: httpx.AsyncClient, resources: Resources
    ):
        now = resources.clock.now()
        holder = LinkHolder(LinkScope.TRACK, uuid4(), uuid4(), 1, now)
        links = links_of(resources)

        assert links.read(LinkScope.TRACK, links.token(holder, now + timedelta(seconds=1)), now) == holder
        with pytest.raises(SignedLinkRefused):
            links.read(LinkScope.TRACK, links.token(holder, now), now)
