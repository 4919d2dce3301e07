"""A step of a booking shows photos: the company's own, looked at before, each once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from app.kernel.ports.object_store import StoreUnavailable
from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.files import photo, upload
from tests.factories.market import book, invite_customers, open_company, post

pytestmark = pytest.mark.integration


async def started(client: httpx.AsyncClient, member: Member) -> str:
    booking = await book_by_hand(client, member.headers)
    path = f"/v1/bookings/{booking['id']}"
    await post(client, member.headers, f"{path}/confirm")
    await post(client, member.headers, f"{path}/start")
    return path


async def clean_photo(client: httpx.AsyncClient, member: Member, worker: Resources) -> str:
    found = await upload(client, member, worker, photo(), "image/jpeg", "photo")
    photo_id: str = found["id"]
    return photo_id


async def report(client: httpx.AsyncClient, member: Member, path: str, body: dict[str, Any]) -> httpx.Response:
    return await client.post(path, headers=member.headers | new_key(), json=body)


async def test_the_history_shows_what_was_photographed(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
):
    path = await started(client, mover_a)
    shown = [await clean_photo(client, mover_a, worker_resources) for _ in range(2)]
    done = await report(client, mover_a, f"{path}/arrive", {"photo_ids": shown, "note": "A narrow stair"})
    assert done.status_code == 200, done.text
    steps = (await client.get(f"{path}/history", headers=mover_a.headers)).json()["items"]
    assert [one["photo_ids"] for one in steps] == [[], [], [], shown]
    assert steps[-1]["note"] == "A narrow stair"
    seen = await client.get(f"/v1/uploads/{shown[0]}", headers=mover_a.headers)
    assert seen.status_code == 200
    again = await report(client, mover_a, f"{path}/load", {"photo_ids": shown[:1]})
    assert (again.status_code, again.json()["code"]) == (409, "upload_already_attached")
    assert (await client.get(path, headers=mover_a.headers)).json()["status"] == "arrived"


async def test_anothers_photo_is_none(
    client: httpx.AsyncClient, mover_a: Member, mover_b: Member, worker_resources: Resources
):
    path = await started(client, mover_a)
    theirs = await clean_photo(client, mover_b, worker_resources)
    refused = await report(client, mover_a, f"{path}/arrive", {"photo_ids": [theirs]})
    assert (refused.status_code, refused.json()["code"]) == (404, "upload_not_found")


async def test_both_sides_of_the_booking_see_them_and_nobody_else(
    client: httpx.AsyncClient,
    staff: StaffMember,
    mover_b: Member,
    resources: Resources,
    worker_resources: Resources,
):
    """By links that are good for a minute: for the customer, who may not read the company's files, as for members."""
    company = await open_company(client, staff.headers)
    owner, stranger = await invite_customers(resources, 2)
    booking = await book(client, owner, company, "2027-03-09T09:00")
    path = f"/v1/bookings/{booking['id']}"
    await post(client, owner.headers, f"{path}/confirm")
    await post(client, company.headers, f"{path}/start")
    shown = await clean_photo(client, company.member, worker_resources)
    assert (await report(client, company.member, f"{path}/arrive", {"photo_ids": [shown]})).status_code == 200
    for headers in (owner.headers, company.headers):
        history = await client.get(f"{path}/history", headers=headers)
        [picture] = history.json()["items"][-1]["photos"]
        assert picture["id"] == shown
        for name in ("url", "thumbnail_url"):
            link = urlsplit(picture[name])
            answer = await client.get(f"{link.path}?{link.query}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert (await client.get(f"/v1/uploads/{shown}", headers=owner.headers)).status_code in {403, 404}
    for headers in (stranger.headers, mover_b.headers):
        assert (await client.get(f"{path}/history", headers=headers)).status_code == 404
    given = await client.get(f"{path}/tracking-link", headers=owner.headers)
    link = urlsplit(given.json()["url"])
    followed = await client.get(f"{link.path}?{link.query}")
    assert followed.status_code == 200
    assert "photo" not in followed.text


async def test_while_the_store_is_away_the_history_stands_without_links(
    client: httpx.AsyncClient,
    mover_a: Member,
    resources: Resources,
    worker_resources: Resources,
    monkeypatch: pytest.MonkeyPatch,
):
    path = await started(client, mover_a)
    shown = await clean_photo(client, mover_a, worker_resources)
    await report(client, mover_a, f"{path}/arrive", {"photo_ids": [shown]})

    async def away(*_: Any) -> str:
        raise StoreUnavailable

    monkeypatch.setattr(resources.ports.objects, "download_link", away)
    history = await client.get(f"{path}/history", headers=mover_a.headers)
    assert history.json()["items"][-1]["photos"] == [{"id": shown, "url": None, "thumbnail_url": None}]
