"""Cursors: a walk through a list, and what happens to one that was changed or taken elsewhere."""

from __future__ import annotations

import base64
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.paging import cut
from app.kernel.signing import BadToken, Signer
from tests.conftest import SAN_FRANCISCO, Member

KEY = b"a key of the tests, long enough for HMAC"


async def add_trucks(client: httpx.AsyncClient, member: Member, count: int) -> set[str]:
    body = {"name": "T", "capacity_cuft": 1600, "max_weight_lb": 9000, "base": SAN_FRANCISCO}
    made = set()
    for _ in range(count):
        plate = {"license_plate": uuid4().hex[:8]}
        answer = await client.post("/v1/trucks", json=body | plate, headers=member.headers)
        made.add(answer.json()["id"])
    return made


async def cursor_of(client: httpx.AsyncClient, member: Member) -> str:
    await add_trucks(client, member, 3)
    cursor: str = (await client.get("/v1/trucks?limit=2", headers=member.headers)).json()["next_cursor"]
    return cursor


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.integration
class TestCursor:
    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
    async def test_a_walk_meets_every_row_once(self, client: httpx.AsyncClient, mover_a: Member, limit: int):
        made, seen, path = await add_trucks(client, mover_a, 7), [], f"/v1/trucks?limit={limit}"
        while path:
            answer = await client.get(path, headers=mover_a.headers)
            page = answer.json()
            seen += [one["id"] for one in page["items"]]
            link = answer.headers.get("link")
            assert (link is None) == (page["next_cursor"] is None)
            path = link[1 : link.index(">")] if link else ""
        assert len(seen) == 7
        assert set(seen) == made

    async def test_rows_that_come_meanwhile_move_nothing(self, client: httpx.AsyncClient, mover_a: Member):
        made = await add_trucks(client, mover_a, 4)
        first = (await client.get("/v1/trucks?limit=2", headers=mover_a.headers)).json()
        await add_trucks(client, mover_a, 2)
        params = {"limit": 100, "cursor": first["next_cursor"]}
        rest = (await client.get("/v1/trucks", params=params, headers=mover_a.headers)).json()
        seen = [one["id"] for one in (*first["items"], *rest["items"])]
        assert len(seen) == len(set(seen))
        assert made <= set(seen)

    async def test_no_changed_byte_passes(self, client: httpx.AsyncClient, mover_a: Member):
        cursor = await cursor_of(client, mover_a)
        for place in range(0, len(cursor), 3):
            changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
            answer = await client.get("/v1/trucks", params={"cursor": changed}, headers=mover_a.headers)
            assert refusal(answer) == (422, "cursor_refused"), place

    @pytest.mark.parametrize("sent", ["", "x", "====", "\u00e9", "null", "a" * 2_000, base64.b64encode(b"[]").decode()])
    async def test_what_is_no_cursor_is_refused(self, client: httpx.AsyncClient, mover_a: Member, sent: str):
        answer = await client.get("/v1/trucks", params={"cursor": sent}, headers=mover_a.headers)
        assert refusal(answer) == (422, "cursor_refused")

    async def test_it_serves_no_other_list_caller_or_filter(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ):
        cursor = await cursor_of(client, mover_a)
        for path, member, more in (
            ("/v1/drivers", mover_a, {}),
            ("/v1/bookings", mover_a, {}),
            ("/v1/trucks", mover_b, {}),
            ("/v1/trucks", mover_a, {"in_service": "true"}),
        ):
            answer = await client.get(path, params={"cursor": cursor} | more, headers=member.headers)
            assert refusal(answer) == (422, "cursor_refused"), (path, more)
        again = await client.get("/v1/trucks", params={"cursor": cursor}, headers=mover_a.headers)
        assert len(again.json()["items"]) == 1


@pytest.mark.unit
class TestCut:
    def test_the_last_page_has_no_key_to_go_on_after(self):
        assert cut([1, 2, 3], 3, lambda row: (row,)) == ([1, 2, 3], None)
        assert cut([], 3, lambda row: (row,)) == ([], None)

    def test_one_row_more_says_that_there_is_another_page(self):
        assert cut([1, 2, 3, 4], 3, lambda row: (row,)) == ([1, 2, 3], (3,))


@pytest.mark.unit
class TestSigner:
    signer = Signer(KEY)

    @given(st.dictionaries(st.text(max_size=5), st.text(max_size=200) | st.integers() | st.none(), max_size=8))
    def test_what_is_signed_is_read_back(self, payload: dict[str, object]):
        assert self.signer.read("cursor", self.signer.sign("cursor", payload)) == payload

    @given(st.text(max_size=100))
    def test_whatever_else_it_is_refused(self, text: str):
        with pytest.raises(BadToken):
            self.signer.read("cursor", text)

    def test_a_token_serves_one_purpose_and_one_key(self):
        token = self.signer.sign("cursor", {"a": 1})
        with pytest.raises(BadToken):
            self.signer.read("offer", token)
        with pytest.raises(BadToken):
            Signer(KEY[::-1]).read("cursor", token)
        with pytest.raises(BadToken):
            self.signer.read("cursor", token + "=")

    def test_a_key_shorter_than_its_hash_is_refused(self):
        with pytest.raises(ValueError, match="32 bytes"):
            Signer(KEY[:31])
