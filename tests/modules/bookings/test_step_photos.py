"""A step of a booking shows photos: the company's own, looked at before, each once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.runtime.resources import Resources
from tests.conftest import Member
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.files import photo, upload
from tests.factories.market import post

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
