"""Who may search and quote: kind of caller, operation, status, and no quote where it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.runtime.db.session import Database
from tests.conftest import Logins
from tests.factories.calendar import administrator
from tests.factories.callers import MEMBERS, Kind
from tests.factories.desk import Desk, desk_of
from tests.factories.market import CLOVIS, FRESNO, offer_of

pytestmark = pytest.mark.integration

WISH = {"origin": FRESNO, "destination": CLOVIS, "starts_at": "2027-03-09T09:00:00", "home_size": "studio"}


@pytest.fixture(scope="module")
async def desk(logins: Logins, app_database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk_of(logins, app_database, tmp_path_factory.mktemp("desk")) as made:
        yield made


async def quotes(logins: Logins) -> int:
    async with administrator(logins) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM app.quotes"))


@pytest.mark.parametrize("kind", list(Kind))
async def test_anybody_searches_and_nothing_is_written(desk: Desk, logins: Logins, kind: Kind) -> None:
    before = await quotes(logins)
    offering: set[str] = set()
    page: dict[str, Any] = {"next_cursor": None}
    # Other tests' companies stand in this town too.
    while not offering or page["next_cursor"]:
        wish = {**WISH, "limit": 50, "cursor": page["next_cursor"]}
        answer = await desk.client.post("/v1/search", headers=desk.headers[kind], json=wish)
        assert answer.status_code == 200
        page = answer.json()
        offering |= {one["organization"]["id"] for one in page["offers"]}
    assert offering >= {desk.company.id, desk.rival.id}
    assert await quotes(logins) == before


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_customer_alone_takes_an_offer(desk: Desk, logins: Logins, kind: Kind) -> None:
    offer = await offer_of(desk.client, desk.company, "2027-03-09T09:00:00")
    assert offer is not None
    before = await quotes(logins)
    answer = await desk.client.post("/v1/quotes", headers=desk.headers[kind], json={"offer_id": offer["offer_id"]})
    taken = kind is Kind.CUSTOMER
    assert answer.status_code == (201 if taken else 401 if kind is Kind.ANYONE else 403)
    assert await quotes(logins) == before + taken


@pytest.mark.parametrize("path", ["", "/explain"])
async def test_a_quote_is_for_its_customer_and_its_companys_members_but_drivers(desk: Desk, path: str) -> None:
    url = f"/v1/quotes/{await desk.quote()}{path}"
    for kind in Kind:
        status = 200 if kind in MEMBERS - {Kind.DRIVER} | {Kind.CUSTOMER} else 401 if kind is Kind.ANYONE else 403
        answer = await desk.client.get(url, headers=desk.headers[kind])
        assert answer.status_code == status, (kind, answer.text)
    for other in (desk.rival.headers, desk.stranger.headers):
        answer = await desk.client.get(url, headers=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "quote_not_found")
