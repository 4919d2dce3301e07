"""What a cancellation or a no-show costs: the table by itself, and as customers and companies meet it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.clock import ManualClock
from app.modules.bookings import rules
from app.modules.bookings.errors import NotDueYet
from app.modules.bookings.values import BookingStatus, Party, PolicyKind, RefundStep, Settlement, Terms
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import book_by_hand
from tests.factories.calendar import taken_by
from tests.factories.customers import SignedInCustomer
from tests.factories.market import Company, book, invite_customers, open_company, post
from tests.factories.signing import signed_in_again

HOUR: Final = timedelta(hours=1)
SECOND: Final = timedelta(seconds=1)
STARTS_AT: Final = datetime(2027, 3, 8, 17, tzinfo=UTC)
START: Final = "2027-03-08T09:00:00-08:00"
POLICY: Final = "/v1/org/cancellation-policy"
PREMIUM: Final = {"deposit": {"amount": "100.00"}}


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    count = draw(st.integers(1, 10))
    hours = draw(st.lists(st.integers(0, 8760), min_size=count, max_size=count, unique=True))
    shares = draw(st.lists(st.integers(0, 100), min_size=count, max_size=count, unique=True))
    pairs = zip(sorted(hours, reverse=True), sorted(shares, reverse=True), strict=True)
    return Terms(PolicyKind.CUSTOM, tuple(RefundStep(*pair) for pair in pairs))


DEPOSITS: Final = st.decimals(0, 100_000, places=2)
NOTICES: Final = st.timedeltas(timedelta(days=-2), timedelta(days=400))


def cancelled(of: Terms, deposit: Decimal, notice: timedelta, by: Party = Party.CUSTOMER) -> Settlement:
    return rules.settle_cancellation(of, deposit, notice, by=by, was=BookingStatus.CONFIRMED)


@pytest.mark.unit
class TestSettleCancellation:
    @given(terms(), DEPOSITS, NOTICES)
    def test_refund_and_fee_are_the_deposit(self, of: Terms, deposit: Decimal, notice: timedelta):
        settled = cancelled(of, deposit, notice)
        assert settled.refund + settled.fee == deposit
        assert 0 <= settled.refund <= deposit

    @given(terms(), DEPOSITS, NOTICES, st.timedeltas(timedelta(0), timedelta(days=30)))
    def test_more_notice_never_costs_more(self, of: Terms, deposit: Decimal, notice: timedelta, more: timedelta):
        assert cancelled(of, deposit, notice + more).fee <= cancelled(of, deposit, notice).fee

    @given(terms())
    def test_each_step_holds_to_its_very_second(self, of: Terms):
        below = [*(step.refund_percent for step in of.steps[1:]), 0]
        for step, less in zip(of.steps, below, strict=True):
            at = timedelta(hours=step.notice_hours)
            assert rules.refund_percent(of, at) == step.refund_percent
            assert rules.refund_percent(of, at - timedelta(microseconds=1)) == less

    @pytest.mark.parametrize(
        ("kind", "hours", "percent"),
        [
            (PolicyKind.FLEXIBLE, 24, 100),
            (PolicyKind.FLEXIBLE, 23, 50),
            (PolicyKind.FLEXIBLE, -1, 0),
            (PolicyKind.MODERATE, 72, 100),
            (PolicyKind.MODERATE, 71, 50),
            (PolicyKind.MODERATE, 47, 0),
            (PolicyKind.STRICT, 168, 100),
            (PolicyKind.STRICT, 167, 50),
            (PolicyKind.STRICT, 71, 0),
        ],
    )
    def test_the_named_policies(self, kind: PolicyKind, hours: int, percent: int):
        assert rules.refund_percent(rules.PRESETS[kind], hours * HOUR) == percent

    @pytest.mark.parametrize(("day", "wall_hours"), [("2027-03-15", 73), ("2027-11-08", 71)])
    def test_notice_is_time_that_passes_whatever_the_clocks_do(self, day: str, wall_hours: int):
        """A night of spring is an hour short and one of autumn an hour long: 72 hours before nine are not nine."""
        zone = ZoneInfo("America/Los_Angeles")
        starts = datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=zone)
        on_the_wall = starts - timedelta(hours=wall_hours)
        notice = starts.astimezone(UTC) - on_the_wall.astimezone(UTC)
        assert notice == 72 * HOUR
        assert rules.refund_percent(rules.DEFAULT_TERMS, notice) == 100
        assert rules.refund_percent(rules.DEFAULT_TERMS, notice - SECOND) == 50

    @given(terms(), DEPOSITS, NOTICES)
    def test_a_company_that_cancels_gives_all_back_and_bears_the_replacement(
        self, of: Terms, deposit: Decimal, notice: timedelta
    ):
        assert cancelled(of, deposit, notice, Party.COMPANY) == Settlement(
            Party.COMPANY, deposit, Decimal(0), covers_replacement=True
        )

    @pytest.mark.parametrize("by", list(Party))
    def test_a_hold_costs_nobody_anything(self, by: Party):
        settled = rules.settle_cancellation(rules.DEFAULT_TERMS, Decimal(100), HOUR, by=by, was=BookingStatus.HELD)
        assert settled == Settlement(by, Decimal(100), Decimal(0), covers_replacement=False)


@pytest.mark.unit
class TestNoShow:
    @pytest.mark.parametrize(("absent", "grace"), [(Party.CUSTOMER, timedelta(0)), (Party.COMPANY, 2 * HOUR)])
    def test_is_reported_when_it_is_due_and_no_second_before(self, absent: Party, grace: timedelta):
        rules.check_no_show(absent, (STARTS_AT, STARTS_AT), STARTS_AT + grace)
        with pytest.raises(NotDueYet):
            rules.check_no_show(absent, (STARTS_AT, STARTS_AT), STARTS_AT + grace - SECOND)

    def test_has_its_price_for_either_side(self):
        assert rules.settle_no_show(Decimal(100), Party.CUSTOMER) == Settlement(
            Party.CUSTOMER, Decimal(0), Decimal(100), covers_replacement=False
        )
        assert rules.settle_no_show(Decimal(100), Party.COMPANY) == Settlement(
            Party.COMPANY, Decimal(100), Decimal(0), covers_replacement=True
        )


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    """With a deposit of 100 dollars."""
    return await open_company(client, staff.headers, prices=PREMIUM)


@pytest.fixture
async def customer(resources: Resources) -> SignedInCustomer:
    return (await invite_customers(resources, 1))[0]


async def confirmed(client: httpx.AsyncClient, customer: SignedInCustomer, company: Company) -> dict[str, Any]:
    booking = await book(client, customer, company, START)
    return await post(client, customer.headers, f"/v1/bookings/{booking['id']}/confirm")


async def cost(client: httpx.AsyncClient, headers: dict[str, str], booking_id: str, **query: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/bookings/{booking_id}/cancellation", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def settled(by: str, refund: str, fee: str, *, covers_replacement: bool = False) -> dict[str, Any]:
    amounts = {"deposit": "100.00", "refund": refund, "fee": fee}
    money = {name: {"amount": amount, "currency": "USD"} for name, amount in amounts.items()}
    return {"by": by, **money, "covers_replacement": covers_replacement}


@pytest.mark.integration
class TestCancelBooking:
    @pytest.mark.parametrize(
        ("notice", "refund", "fee"),
        [(72 * HOUR, "100.00", "0.00"), (72 * HOUR - SECOND, "50.00", "50.00"), (48 * HOUR - SECOND, "0.00", "100.00")],
    )
    async def test_costs_what_was_shown_and_frees_the_window(
        self,
        client: httpx.AsyncClient,
        company: Company,
        customer: SignedInCustomer,
        clock: ManualClock,
        logins: Logins,
        *,
        notice: timedelta,
        refund: str,
        fee: str,
    ):
        booking = await confirmed(client, customer, company)
        clock.move_to(STARTS_AT - notice)
        shown = await cost(client, customer.headers, booking["id"])
        assert shown["settlement"] == settled("customer", refund, fee)
        assert [one["until"] for one in shown["steps"]] == ["2027-03-05T17:00:00Z", "2027-03-06T17:00:00Z"]
        body = {"reason": "We stay.", "accepted_fee": fee}
        done = await post(client, customer.headers, f"/v1/bookings/{booking['id']}/cancel", body)
        assert (done["status"], done["settlement"]) == ("cancelled", settled("customer", refund, fee))
        assert done["cancellation_reason"] == "We stay."
        assert await taken_by(logins, booking["id"]) == set()
        clock.advance(timedelta(days=30))
        recorded = await cost(client, await signed_in_again(client, company.member), booking["id"])
        assert (recorded["settlement"], recorded["reason"]) == (settled("customer", refund, fee), "We stay.")

    async def test_that_costs_more_by_now_is_refused_and_changes_nothing(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, clock: ManualClock
    ):
        booking = await confirmed(client, customer, company)
        clock.move_to(STARTS_AT - 71 * HOUR)
        body = {"reason": "We stay.", "accepted_fee": "49.99"}
        answer = await client.post(f"/v1/bookings/{booking['id']}/cancel", headers=customer.headers, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "fee_higher")
        assert answer.json()["fee"] == {"amount": "50.00", "currency": "USD"}
        after = await client.get(f"/v1/bookings/{booking['id']}", headers=customer.headers)
        assert after.json() == booking

    async def test_by_the_company_gives_all_back_and_for_a_customer_who_called_what_is_due(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, clock: ManualClock
    ):
        booking = await confirmed(client, customer, company)
        clock.move_to(STARTS_AT - HOUR)
        headers = await signed_in_again(client, company.member)
        for_customer = await cost(client, headers, booking["id"], requested_by="customer")
        assert for_customer["settlement"] == settled("customer", "0.00", "100.00")
        body = {"reason": "The truck is broken."}
        done = await post(client, headers, f"/v1/bookings/{booking['id']}/cancel", body)
        assert done["settlement"] == settled("company", "100.00", "0.00", covers_replacement=True)

    async def test_a_customer_cannot_cancel_in_the_companys_name(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ):
        booking = await confirmed(client, customer, company)
        body = {"reason": "It was them.", "requested_by": "company"}
        answer = await client.post(f"/v1/bookings/{booking['id']}/cancel", headers=customer.headers, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_party")

    async def test_an_ended_hold_is_not_cancelled(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        booking = await book_by_hand(client, mover_a.headers)
        clock.advance(timedelta(minutes=15))
        headers = await signed_in_again(client, mover_a)
        answer = await client.get(f"/v1/bookings/{booking['id']}/cancellation", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "hold_expired")

    async def test_without_a_deposit_it_is_free_and_the_reason_is_kept(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        booking = await book_by_hand(client, mover_a.headers)
        done = await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/cancel", {"reason": "No more."})
        assert done["settlement"]["fee"] == {"amount": "0.00", "currency": "USD"}
        again = await client.get(f"/v1/bookings/{booking['id']}", headers=mover_a.headers)
        assert (again.json()["cancellation_reason"], again.json()["settlement"]) == ("No more.", done["settlement"])


@pytest.mark.integration
class TestReportNoShow:
    async def test_a_customer_who_is_not_there_loses_the_deposit(
        self,
        client: httpx.AsyncClient,
        company: Company,
        customer: SignedInCustomer,
        clock: ManualClock,
        logins: Logins,
    ):
        booking = await confirmed(client, customer, company)
        path = f"/v1/bookings/{booking['id']}/no-show"
        early = await client.post(path, headers=company.headers)
        assert (early.status_code, early.json()["code"]) == (409, "not_due_yet")
        assert early.json()["from_at"] == "2027-03-08T17:00:00Z"
        clock.move_to(STARTS_AT)
        done = await post(client, await signed_in_again(client, company.member), path)
        assert (done["status"], done["settlement"]) == ("no_show", settled("customer", "0.00", "100.00"))
        assert await taken_by(logins, booking["id"]) == set()

    async def test_a_company_that_does_not_come_gives_it_back(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, clock: ManualClock
    ):
        booking = await confirmed(client, customer, company)
        path = f"/v1/bookings/{booking['id']}/no-show"
        clock.move_to(STARTS_AT + 2 * HOUR - SECOND)
        early = await client.post(path, headers=customer.headers)
        assert (early.status_code, early.json()["from_at"]) == (409, "2027-03-08T19:00:00Z")
        clock.advance(SECOND)
        done = await post(client, customer.headers, path, {"note": "We waited outside."})
        assert done["settlement"] == settled("company", "100.00", "0.00", covers_replacement=True)

    async def test_nor_does_one_that_said_it_was_on_its_way(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, clock: ManualClock
    ):
        booking = await confirmed(client, customer, company)
        clock.move_to(STARTS_AT)
        headers = await signed_in_again(client, company.member)
        await post(client, headers, f"/v1/bookings/{booking['id']}/start")
        late = await client.post(f"/v1/bookings/{booking['id']}/cancel", headers=customer.headers, json={"reason": "x"})
        assert (late.status_code, late.json()["code"], late.json()["legal"]) == (409, "illegal_step", ["no_show"])
        clock.advance(2 * HOUR)
        done = await post(client, customer.headers, f"/v1/bookings/{booking['id']}/no-show")
        assert done["settlement"] == settled("company", "100.00", "0.00", covers_replacement=True)


@pytest.mark.integration
class TestStartedEarly:
    """What a company reports before the pickup's day, by the pickup's clock, binds no customer."""

    @pytest.mark.parametrize("steps", [("start",), ("start", "load", "depart")], ids=["en route", "in transit"])
    async def test_the_customer_cancels_until_the_day_begins(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, steps: Any
    ):
        booking = await confirmed(client, customer, company)
        path = f"/v1/bookings/{booking['id']}"
        for step in steps:
            await post(client, company.headers, f"{path}/{step}")
        shown = await cost(client, customer.headers, booking["id"])
        done = await post(client, customer.headers, f"{path}/cancel", {"reason": "They are not here."})
        assert (done["status"], done["settlement"]) == ("cancelled", shown["settlement"])

    async def test_and_from_midnight_on_the_crew_reports(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, clock: ManualClock
    ):
        booking = await confirmed(client, customer, company)
        path = f"/v1/bookings/{booking['id']}"
        await post(client, company.headers, f"{path}/start")
        clock.move_to(datetime(2027, 3, 8, 7, 59, 59, tzinfo=UTC))
        assert (await client.get(f"{path}/cancellation", headers=customer.headers)).status_code == 200
        clock.advance(SECOND)
        late = await client.post(f"{path}/cancel", headers=customer.headers, json={"reason": "x"})
        assert (late.status_code, late.json()["code"]) == (409, "illegal_step")


@pytest.mark.integration
class TestSetPolicy:
    async def test_a_company_chooses_and_bookings_that_stand_keep_theirs(
        self, client: httpx.AsyncClient, company: Company, customer: SignedInCustomer
    ):
        before = await client.get(POLICY, headers=company.headers)
        assert (before.json()["kind"], before.json()["version"]) == ("moderate", 0)
        booking = await confirmed(client, customer, company)
        steps = [{"notice_hours": 72, "refund_percent": 75}, {"notice_hours": 24, "refund_percent": 10}]
        chosen = await client.put(POLICY, headers=company.headers, json={"kind": "custom", "steps": steps})
        assert chosen.json() == {"kind": "custom", "steps": steps, "version": 1}
        assert (await client.get(POLICY, headers=company.headers)).json() == chosen.json()
        assert (await cost(client, customer.headers, booking["id"]))["policy"] == "moderate"
        await post(client, customer.headers, f"/v1/bookings/{booking['id']}/cancel", {"reason": "Later."})
        later = await confirmed(client, customer, company)
        assert (await cost(client, customer.headers, later["id"]))["settlement"] == settled(
            "customer", "75.00", "25.00"
        )

    async def test_a_stale_choice_is_refused(self, client: httpx.AsyncClient, mover_a: Member):
        for version, status in ((1, 412), (0, 200), (0, 412), (1, 200), (1, 412)):
            headers = mover_a.headers | {"If-Match": f'"v{version}"'}
            answer = await client.put(POLICY, headers=headers, json={"kind": "strict"})
            assert answer.status_code == status, (version, answer.text)
        assert (await client.get(POLICY, headers=mover_a.headers)).json()["version"] == 2

    async def test_another_company_keeps_its_own(self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
        await client.put(POLICY, headers=mover_a.headers, json={"kind": "strict"})
        assert (await client.get(POLICY, headers=mover_b.headers)).json()["kind"] == "moderate"

    @pytest.mark.parametrize(
        "body",
        [
            {"kind": "strict", "steps": [{"notice_hours": 1, "refund_percent": 1}]},
            {"kind": "custom"},
            {"kind": "custom", "steps": []},
            {"kind": "custom", "steps": [{"notice_hours": 24, "refund_percent": 101}]},
            {"kind": "custom", "steps": [{"notice_hours": n, "refund_percent": p} for n, p in ((24, 50), (48, 20))]},
            {"kind": "custom", "steps": [{"notice_hours": n, "refund_percent": p} for n, p in ((48, 50), (24, 60))]},
        ],
    )
    async def test_steps_that_do_not_fall_are_refused(
        self, client: httpx.AsyncClient, mover_a: Member, body: dict[str, Any]
    ):
        assert (await client.put(POLICY, headers=mover_a.headers, json=body)).status_code == 422
        assert (await client.get(POLICY, headers=mover_a.headers)).json()["version"] == 0
