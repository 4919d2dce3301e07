"""A law that asks for more from a day on: told before it as a paper's end is, and out on the day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from app.kernel.actor import StaffRole
from app.kernel.clock import ManualClock
from app.modules.verification import rules
from app.modules.verification.values import Cover, Ended, InsuranceKind, Need, PackCode, PolicyShown, Shown
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import StaffMember, sign_in_staff
from tests.factories.bookings import new_key
from tests.factories.market import book, invite_customers, open_company
from tests.factories.verification import add_policy, look_at_papers
from tests.factories.worker import work
from tests.modules.verification.test_documents import show_all_of_california
from tests.modules.verification.test_expiry import Office
from tests.modules.verification.test_rules import with_new_figures

RISE = date(2027, 3, 20)
BEFORE, YEAR = RISE - timedelta(days=1), Cover(date(2027, 1, 1), date(2027, 12, 31))


def insured(*limits: int, since: date = YEAR.effective_on) -> Shown:
    cover = Cover(since, YEAR.expires_on)
    return Shown([PolicyShown(InsuranceKind.LIABILITY, Decimal(limit), cover) for limit in limits], {}, set())


@pytest.mark.unit
class TestRises:
    @pytest.fixture(autouse=True)
    def figures(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with_new_figures(monkeypatch, {RISE: 900_000, RISE + timedelta(days=400): 800_000})

    @pytest.mark.parametrize(
        ("limits", "day", "ends"),
        [
            ((700_000,), BEFORE, False),
            ((700_000,), RISE, True),
            ((900_000,), RISE, False),
            ((700_000, 900_000), RISE, False),
            # Who never reached the older figure has lost nothing: it is missing.
            ((500_000,), RISE, False),
        ],
    )
    def test_what_was_enough_ends_the_day_before(self, limits: tuple[int, ...], day: date, *, ends: bool) -> None:
        packs = {PackCode.US_CA}
        found = rules.ended(packs, insured(*limits), (), {}, day)
        assert found == ({Ended(Need.LIABILITY, None, None, BEFORE)} if ends else set())
        assert rules.is_out(packs, insured(*limits), day) is ends

    def test_a_law_that_is_content_leaves_the_company_in_the_market(self) -> None:
        packs = {PackCode.US_CA, PackCode.US_INTERSTATE}
        assert rules.ended(packs, insured(800_000), (), {}, RISE)
        assert not rules.is_out(packs, insured(800_000), RISE)

    def test_a_policy_begun_under_the_new_figure_never_was_enough(self) -> None:
        assert rules.ended({PackCode.US_CA}, insured(700_000, since=RISE), (), {}, RISE) == set()

    def test_it_is_looked_for_while_notices_are_due_and_a_figure_that_falls_never(self) -> None:
        looks = {days: [one.begins_on for one in rules.rises(RISE - timedelta(days=days))] for days in (40, 31, 0, -59)}
        assert looks == {40: [], 31: [RISE], 0: [RISE], -59: [RISE]}
        assert rules.rises(RISE + timedelta(days=400)) == []


@pytest.mark.integration
async def test_it_is_told_before_the_day_lapses_on_it_and_a_higher_policy_restores(
    client: httpx.AsyncClient,
    clock: ManualClock,
    settings: Settings,
    worker_resources: Resources,
    staff: StaffMember,
    resources: Resources,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    company = await open_company(client, staff.headers)
    await show_all_of_california(client, staff, company.member, company.truck_ids[0])
    [customer] = await invite_customers(resources, 1)
    booked = await book(client, customer, company, "2027-03-25T09:00:00")
    confirmed = await client.post(f"/v1/bookings/{booked['id']}/confirm", headers=customer.headers | new_key())
    assert confirmed.status_code == 200
    office = Office(client, clock, settings, worker_resources, company)
    assert await office.letters_of(0) == []
    with_new_figures(monkeypatch, {RISE: 900_000})
    [first] = await office.letters_of(0)
    assert "is enough until 2027-03-19, in 18 days: from 2027-03-20 on the law asks for $900,000: liability" in first
    assert booked["reference"] in first
    assert len(await office.letters_of(4)) == len(await office.letters_of(11)) == 1
    assert (await office.standing())["status"] == "verified"
    # The day itself, and a week without a worker.
    await office.letters_of(8)
    standing = await office.standing()
    [lapse] = standing["lapses"]
    assert (standing["status"], lapse["need"], lapse["ended_on"]) == ("suspended", "liability", "2027-03-19")
    higher = {"policy_number": "L-2", "coverage": {"amount": "900000", "currency": "USD"}}
    await add_policy(client, office.company.headers, kind="liability", **higher)
    reviewer = await sign_in_staff(client, resources, StaffRole.REVIEWER)
    await look_at_papers(client, reviewer.headers, company.id)
    await work(worker_resources)
    assert ((await office.standing())["status"], (await office.standing())["lapses"]) == ("verified", [])
