"""Attack 18: holds taken to shut others out. A customer has three at once, an address asks for ten an hour, and who has
proved no phone number has a fifth of a company's time, booked or held.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from app import registry
from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.main import assemble, build_resources
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.settings import LimitSettings, Settings
from app.runtime.web.service import Readiness
from tests.conftest import Logins, StaffMember
from tests.factories.bookings import book_by_hand
from tests.factories.customers import SignedInCustomer, code_of, new_email, new_phone, sign_in_customer
from tests.factories.market import Company, hold, invite_customers, offer_of, open_company, post, quote

pytestmark = pytest.mark.integration

FIRST_DAY: Final = 12
HELD: Final = (201, None)
REFUSED: Final = (429, "too_many_holds")
NOT_PROVED: Final = (409, "phone_not_proven")


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


@pytest.fixture
async def companies(client: httpx.AsyncClient, staff: StaffMember) -> list[Company]:
    """Two: what is held of one counts at the other."""
    return [await open_company(client, staff.headers) for _ in range(2)]


@pytest.fixture
async def customer(resources: Resources) -> SignedInCustomer:
    [one] = await invite_customers(resources, 1)
    return one


async def quotes_of(
    client: httpx.AsyncClient, customer: SignedInCustomer, companies: list[Company], count: int
) -> list[str]:
    """As many quotes, a day each, of one company after the other."""
    found = []
    for at in range(count):
        offer = await offer_of(client, companies[at % len(companies)], f"2027-04-{FIRST_DAY + at}T09:00:00")
        assert offer is not None
        found.append((await quote(client, customer, offer["offer_id"]))["id"])
    return found


async def taken(client: httpx.AsyncClient, customer: SignedInCustomer, quote_ids: list[str]) -> list[dict[str, Any]]:
    answers = [await hold(client, customer, one) for one in quote_ids]
    assert [told(answer) for answer in answers] == [HELD] * len(quote_ids)
    return [answer.json() for answer in answers]


@asynccontextmanager
async def client_with(
    settings: Settings, database: Database, clock: ManualClock, logins: Logins
) -> AsyncIterator[httpx.AsyncClient]:
    """A client from an address of its own, of a server with these settings."""
    resources = build_resources(settings, database, clock=clock)
    app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
    transport = httpx.ASGITransport(app, client=(f"address-{new_id()}", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made
    await resources.close()


async def prove_phone(client: httpx.AsyncClient, resources: Resources, customer: SignedInCustomer) -> None:
    path = "/v1/customers/me/otp"
    asked = await client.post(path, json={"phone": new_phone()}, headers=customer.headers)
    challenge_id = asked.json()["challenge_id"]
    body = {"challenge_id": challenge_id, "code": await code_of(resources, challenge_id)}
    answer = await client.post(f"{path}/verify", json=body, headers=customer.headers)
    assert answer.status_code == 200, answer.text


def hours(booking: dict[str, Any]) -> float:
    length = datetime.fromisoformat(booking["ends_at"]) - datetime.fromisoformat(booking["starts_at"])
    return length / timedelta(hours=1)


class TestOfACustomer:
    async def test_the_fourth_is_refused_until_the_first_ends(
        self, client: httpx.AsyncClient, clock: ManualClock, companies: list[Company], customer: SignedInCustomer
    ):
        *three, fourth, fifth = await quotes_of(client, customer, companies, 5)
        await taken(client, customer, three[:1])
        clock.advance(timedelta(minutes=5))
        await taken(client, customer, three[1:])

        refused = await hold(client, customer, fourth)
        assert (told(refused), refused.headers["retry-after"]) == (REFUSED, "600")

        clock.advance(timedelta(minutes=10))
        await taken(client, customer, [fourth])
        assert told(await hold(client, customer, fifth)) == REFUSED

    @pytest.mark.parametrize(("step", "body"), [("cancel", {"reason": "Another day"}), ("confirm", None)])
    async def test_one_that_is_cancelled_or_confirmed_makes_room(
        self,
        client: httpx.AsyncClient,
        companies: list[Company],
        customer: SignedInCustomer,
        step: str,
        body: dict[str, str] | None,
    ):
        *three, fourth = await quotes_of(client, customer, companies, 4)
        _, second, _ = await taken(client, customer, three)
        assert told(await hold(client, customer, fourth)) == REFUSED
        await post(client, customer.headers, f"/v1/bookings/{second['id']}/{step}", body)
        await taken(client, customer, [fourth])

    async def test_what_was_refused_is_not_held(
        self, client: httpx.AsyncClient, resources: Resources, companies: list[Company], customer: SignedInCustomer
    ):
        *three, fourth = await quotes_of(client, customer, companies, 4)
        await taken(client, customer, three)
        assert told(await hold(client, customer, fourth)) == REFUSED

        listed = await client.get("/v1/bookings", headers=customer.headers)
        assert {one["status"] for one in listed.json()["items"]} == {"held"}
        assert len(listed.json()["items"]) == 3
        [other] = await invite_customers(resources, 1)
        offer = await offer_of(client, companies[1], f"2027-04-{FIRST_DAY + 3}T09:00:00")
        assert offer is not None
        await taken(client, other, [(await quote(client, other, offer["offer_id"]))["id"]])

    async def test_of_six_at_once_three_are_held(
        self, client: httpx.AsyncClient, companies: list[Company], customer: SignedInCustomer
    ):
        wanted = await quotes_of(client, customer, companies, 6)
        answers = await asyncio.gather(*(hold(client, customer, one) for one in wanted))
        assert sorted(map(told, answers), key=str) == [HELD] * 3 + [REFUSED] * 3


class TestWithoutAPhone:
    """With a fiftieth of a company's time for a fifth: eight hours and a bit of its one truck's month."""

    @pytest.fixture
    async def narrow(
        self, settings: Settings, app_database: Database, clock: ManualClock, logins: Logins
    ) -> AsyncIterator[httpx.AsyncClient]:
        market = settings.market.model_copy(update={"unproven_share_percent": 2, "unproven_together_percent": 3})
        async with client_with(settings.model_copy(update={"market": market}), app_database, clock, logins) as made:
            yield made

    @pytest.fixture
    async def known_by_mail(self, client: httpx.AsyncClient, resources: Resources) -> SignedInCustomer:
        return await sign_in_customer(client, resources, email=new_email())

    async def test_what_is_held_and_booked_is_a_small_share_until_a_number_is_proved(
        self,
        narrow: httpx.AsyncClient,
        resources: Resources,
        companies: list[Company],
        known_by_mail: SignedInCustomer,
    ):
        one, other = companies
        *wanted, last = await quotes_of(narrow, known_by_mail, [one], 7)
        had = []
        while told(refused := await hold(narrow, known_by_mail, wanted.pop())) == HELD:
            had.append(refused.json())
            await post(narrow, known_by_mail.headers, f"/v1/bookings/{had[-1]['id']}/confirm")
        assert told(refused) == NOT_PROVED
        assert (refused.json()["most_hours"], refused.json()["held_hours"]) == (8.4, sum(map(hours, had)))
        assert sum(map(hours, had)) <= 8.4 < sum(map(hours, (*had, had[0])))

        # Of another company, of another month, and when there is room again.
        await taken(narrow, known_by_mail, await quotes_of(narrow, known_by_mail, [other], 1))
        offer = await offer_of(narrow, one, "2027-05-20T09:00:00")
        assert offer is not None
        await taken(narrow, known_by_mail, [(await quote(narrow, known_by_mail, offer["offer_id"]))["id"]])
        await post(narrow, known_by_mail.headers, f"/v1/bookings/{had[0]['id']}/cancel", {"reason": "No more"})
        [again] = await taken(narrow, known_by_mail, [last])
        await post(narrow, known_by_mail.headers, f"/v1/bookings/{again['id']}/confirm")
        assert told(await hold(narrow, known_by_mail, wanted[0])) == NOT_PROVED

        await prove_phone(narrow, resources, known_by_mail)
        await taken(narrow, known_by_mail, wanted[:1])

    async def test_two_at_once_are_one_too_many(
        self, narrow: httpx.AsyncClient, companies: list[Company], known_by_mail: SignedInCustomer
    ):
        wanted = await quotes_of(narrow, known_by_mail, companies[:1], 5)
        [first] = await taken(narrow, known_by_mail, wanted[:1])
        room = int((8.4 - hours(first)) / hours(first))
        for booking in await taken(narrow, known_by_mail, wanted[1:room]):
            await post(narrow, known_by_mail.headers, f"/v1/bookings/{booking['id']}/confirm")
        answers = await asyncio.gather(*(hold(narrow, known_by_mail, each) for each in wanted[room : room + 2]))
        assert sorted(map(told, answers), key=str) == [HELD, NOT_PROVED]

    async def test_ever_new_addresses_have_no_more_than_the_share_of_all(
        self, narrow: httpx.AsyncClient, client: httpx.AsyncClient, resources: Resources, companies: list[Company]
    ):
        people = [await sign_in_customer(client, resources, email=new_email()) for _ in range(5)]
        had, answers = 0.0, []
        for at, one in enumerate(people):
            offer = await offer_of(narrow, companies[0], f"2027-04-{FIRST_DAY + at}T09:00:00")
            assert offer is not None
            answers.append(await hold(narrow, one, (await quote(narrow, one, offer["offer_id"]))["id"]))
            if told(answers[-1]) != HELD:
                break
            had += hours(answers[-1].json())
        *_, refused = answers
        assert told(refused) == NOT_PROVED
        assert (refused.json()["most_hours"], refused.json()["held_hours"]) == (12.6, had)
        assert len(answers) > 2

        # The other company's time, and who proves a number.
        await taken(narrow, people[-1], await quotes_of(narrow, people[-1], companies[1:], 1))
        await prove_phone(narrow, resources, people[-1])
        offer = await offer_of(narrow, companies[0], "2027-04-26T09:00:00")
        assert offer is not None
        await taken(narrow, people[-1], [(await quote(narrow, people[-1], offer["offer_id"]))["id"]])

    @pytest.mark.parametrize("by_link", [False, True])
    async def test_what_is_had_in_other_months_is_not_moved_into_one(
        self,
        narrow: httpx.AsyncClient,
        companies: list[Company],
        known_by_mail: SignedInCustomer,
        by_link: bool,
    ):
        one = companies[0]
        offers = [await offer_of(narrow, one, f"2027-{month}-20T09:00:00") for month in ("04", "05", "06", "07")]
        had = []
        for offer in offers:
            assert offer is not None
            [held] = await taken(narrow, known_by_mail, [(await quote(narrow, known_by_mail, offer["offer_id"]))["id"]])
            had.append(held)
            await post(narrow, known_by_mail.headers, f"/v1/bookings/{held['id']}/confirm")

        async def move(booking: dict[str, Any], day: int, step: str = "") -> httpx.Response:
            here, headers = f"/v1/bookings/{booking['id']}/reschedule", known_by_mail.headers
            if by_link:
                link = (await narrow.get(f"{here}-link", headers=headers)).json()["url"]
                here, headers = link.replace("/v1/reschedule", f"/v1/reschedule{step}"), {}
            else:
                here += step
            body = {"starts_at": f"2027-04-{day}T09:00:00"}
            if not step:
                body["expected_total"] = booking["price"]["total"]
            return await narrow.post(here, json=body, headers=headers)

        moved = [await move(booking, 21 + at) for at, booking in enumerate(had[1:])]
        assert told(moved[-1]) == NOT_PROVED
        assert told(moved[0])[0] == 200
        assert told(await move(had[-1], 27, "/preview")) == NOT_PROVED
        # Within the month it may be moved: what it has itself is not counted twice.
        assert told(await move(had[1], 28))[0] == 200

    async def test_who_has_one_has_as_much_as_there_is(
        self, narrow: httpx.AsyncClient, companies: list[Company], customer: SignedInCustomer
    ):
        await taken(narrow, customer, await quotes_of(narrow, customer, companies[:1], 3))


class TestOfAnAddress:
    @pytest.fixture
    async def strict_client(
        self, settings: Settings, app_database: Database, clock: ManualClock, logins: Logins
    ) -> AsyncIterator[httpx.AsyncClient]:
        """A client from an address of its own, with the limit of holds as it ships."""
        limits = LimitSettings(anonymous_per_minute=1_000_000)
        async with client_with(settings.model_copy(update={"limits": limits}), app_database, clock, logins) as made:
            yield made

    async def test_ten_an_hour_are_asked_for_whoever_asks(
        self, strict_client: httpx.AsyncClient, resources: Resources, companies: list[Company]
    ):
        people = await invite_customers(resources, 6)
        asked = [await hold(strict_client, one, str(new_id())) for one in people * 2]
        assert [told(answer) for answer in asked] == [(404, "quote_not_found")] * 10 + [(429, "rate_limited")] * 2
        assert int(asked[-1].headers["retry-after"]) > 60

        # What a company holds by hand is not counted.
        await book_by_hand(strict_client, companies[0].headers)
