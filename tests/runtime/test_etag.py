from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.conftest import Member

pytestmark = pytest.mark.integration


async def rename(client: httpx.AsyncClient, member: Member, name: str, tag: str | None) -> httpx.Response:
    headers = member.headers if tag is None else httpx.Headers(member.headers | {"If-Match": tag}, encoding="latin-1")
    return await client.patch("/v1/org", json={"name": name}, headers=headers)


async def tag_of(client: httpx.AsyncClient, member: Member) -> str:
    return (await client.get("/v1/org", headers=member.headers)).headers["etag"]


async def test_the_tag_that_was_read_lets_the_change_through(client: httpx.AsyncClient, mover_a: Member):
    tag = await tag_of(client, mover_a)
    changed = await rename(client, mover_a, "Second", tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert changed.headers["etag"] == await tag_of(client, mover_a)


async def test_a_tag_from_before_is_refused_and_changes_nothing(client: httpx.AsyncClient, mover_a: Member):
    tag = await tag_of(client, mover_a)
    await rename(client, mover_a, "Second", tag)
    refused = await rename(client, mover_a, "Third", tag)
    assert (refused.status_code, refused.json()["code"]) == (412, "stale_version")
    assert (await client.get("/v1/org", headers=mover_a.headers)).json()["name"] == "Second"


async def test_of_twenty_with_the_same_tag_one_gets_through(client: httpx.AsyncClient, mover_a: Member):
    tag = await tag_of(client, mover_a)
    answers = await asyncio.gather(*(rename(client, mover_a, f"Name {number}", tag) for number in range(20)))
    assert sorted(one.status_code for one in answers) == [200] + [412] * 19


@pytest.mark.parametrize("tag", [None, "*", " * "])
async def test_without_a_tag_the_last_one_wins(client: httpx.AsyncClient, mover_a: Member, tag: str | None):
    assert (await rename(client, mover_a, "Second", tag)).status_code == 200


@pytest.mark.parametrize(
    "tag", ['""', "1", "v1", '"1"', '"v"', '"v-1"', '"v1', '"v1", "v2"', '"v' + "9" * 10 + '"', "\u00e9"]
)
async def test_a_tag_that_cannot_be_ours_is_refused(client: httpx.AsyncClient, mover_a: Member, tag: str):
    refused = await rename(client, mover_a, "Second", tag)
    assert (refused.status_code, refused.json()["code"]) == (412, "stale_version")
