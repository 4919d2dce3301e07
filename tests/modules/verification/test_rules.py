from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import AppError
from app.modules.orgs.values import OrgStatus
from app.modules.verification import errors, rules
from app.modules.verification.values import (
    CaseStatus,
    Cover,
    Days,
    DocumentKind,
    InsuranceKind,
    Need,
    PackCode,
    PolicyShown,
    Shown,
    Trip,
)

pytestmark = pytest.mark.unit

GENERIC = rules.requirements_of([])
TRUCK = UUID(int=7)
READY = rules.Readiness(trucks={TRUCK: "Big"}, drivers=1, has_prices=True, asked=GENERIC, unmet=[])
FIRST = date(2027, 3, 1)
TODAY = Days(FIRST, FIRST)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


class TestMissing:
    def test_ready_company_lacks_nothing(self) -> None:
        assert rules.missing(READY) == []

    def test_new_company_lacks_all_four(self) -> None:
        unmet = rules.unmet(GENERIC, NOTHING, (), TODAY)
        lacking = rules.missing(rules.Readiness({}, 0, has_prices=False, asked=GENERIC, unmet=unmet))
        assert [one.code for one in lacking] == [Need.TRUCK, Need.DRIVER, Need.INSURANCE, Need.PRICING]

    def test_refusal_lists_what_is_lacking(self) -> None:
        lacking = rules.missing(replace(READY, drivers=0))
        with pytest.raises(errors.VerificationIncomplete) as refused:
            rules.check_complete(lacking)
        assert [one["code"] for one in refused.value.extensions["missing"]] == [Need.DRIVER]

    def test_a_trucks_paper_is_told_with_the_truck_and_a_limit_with_its_source(self) -> None:
        asked = rules.requirements_of([PackCode.US_CA])
        unmet = rules.unmet(asked, NOTHING, [TRUCK], TODAY)
        told = {one.code: one for one in rules.missing(replace(READY, asked=asked, unmet=unmet))}
        assert told[Need.TRUCK_REGISTRATION].message.startswith("Big: ")
        assert told[Need.TRUCK_REGISTRATION].truck_id == TRUCK
        assert "at least $600,000" in told[Need.LIABILITY].message
        assert "19248" in (told[Need.LIABILITY].source or "")


def trip(origin: str, destination: str, country: str = "US") -> Trip:
    return Trip("US", origin, country, destination)


class TestPacks:
    @pytest.mark.parametrize(
        ("one", "pack"),
        [
            (trip("CA", "CA"), PackCode.US_CA),
            (trip("WA", "WA"), PackCode.US_WA),
            (trip("CA", "WA"), PackCode.US_INTERSTATE),
            (trip("ID", "OR"), PackCode.US_INTERSTATE),
            (trip("ID", "ID"), PackCode.GENERIC),
            # Washington, and the west of Australia.
            (trip("WA", "WA", "AU"), PackCode.GENERIC),
            (Trip("AU", "WA", "AU", "WA"), PackCode.GENERIC),
        ],
    )
    def test_the_law_follows_from_both_ends(self, one: Trip, pack: PackCode) -> None:
        assert rules.pack_for(one) is pack

    def test_every_figure_has_its_authority_its_source_and_its_day(self) -> None:
        for pack in rules.PACKS.values():
            for one in pack.requirements:
                assert one.authority
                assert one.source
                assert one.minimum is None or (one.minimum > 0 and one.in_force_from is not None)

    def test_of_several_laws_the_dearest_figure_holds(self) -> None:
        asked = rules.requirements_of([PackCode.US_CA, PackCode.US_INTERSTATE])
        assert asked[Need.LIABILITY].minimum == 750_000
        assert asked[Need.CARGO].minimum == 20_000
        assert Need.INSURANCE not in asked


YEAR = Cover(FIRST, FIRST + timedelta(days=365))
NOTHING = Shown([], {}, set())


class TestUnmet:
    @pytest.mark.parametrize(
        ("limit", "kind", "is_enough"),
        [
            (Decimal(600_000), InsuranceKind.LIABILITY, True),
            (Decimal("599999.99"), InsuranceKind.LIABILITY, False),
            (Decimal(5_000_000), InsuranceKind.CARGO, False),
        ],
    )
    def test_a_policy_counts_by_kind_and_limit(self, limit: Decimal, kind: InsuranceKind, is_enough: bool) -> None:
        asked = {Need.LIABILITY: rules.requirements_of([PackCode.US_CA])[Need.LIABILITY]}
        shown = Shown([PolicyShown(kind, limit, YEAR)], {}, set())
        assert (rules.unmet(asked, shown, (), TODAY) == []) is is_enough

    def test_two_small_policies_make_no_large_one(self) -> None:
        asked = {Need.LIABILITY: rules.requirements_of([PackCode.US_CA])[Need.LIABILITY]}
        half = PolicyShown(InsuranceKind.LIABILITY, Decimal(300_000), YEAR)
        assert rules.unmet(asked, Shown([half, half], {}, set()), (), TODAY) == [(Need.LIABILITY, None)]

    def test_each_truck_needs_its_own_paper_for_all_days(self) -> None:
        asked = {Need.TRUCK_REGISTRATION: rules.requirements_of([PackCode.US_CA])[Need.TRUCK_REGISTRATION]}
        other = UUID(int=8)
        days: dict[tuple[DocumentKind, UUID | None], list[Cover]] = {
            (DocumentKind.TRUCK_REGISTRATION, TRUCK): [YEAR],
            (DocumentKind.TRUCK_REGISTRATION, other): [Cover(day(0), day(3))],
        }
        shown = Shown([], days, set())
        assert rules.unmet(asked, shown, [TRUCK, other], Days(day(1), day(3))) == []
        assert rules.unmet(asked, shown, [TRUCK, other], Days(day(1), day(4))) == [(Need.TRUCK_REGISTRATION, other)]


ALLOWED = None
STEPS: list[tuple[Callable[[OrgStatus], None], dict[OrgStatus, type[AppError] | None]]] = [
    (
        rules.check_may_submit,
        {
            OrgStatus.DRAFT: ALLOWED,
            OrgStatus.SUBMITTED: errors.CaseAlreadyOpen,
            OrgStatus.VERIFIED: errors.AlreadyVerified,
            OrgStatus.REJECTED: ALLOWED,
            OrgStatus.SUSPENDED: errors.CompanySuspended,
        },
    ),
    (
        rules.check_may_suspend,
        {
            OrgStatus.DRAFT: errors.CompanyNotVerified,
            OrgStatus.SUBMITTED: errors.CompanyNotVerified,
            OrgStatus.VERIFIED: ALLOWED,
            OrgStatus.REJECTED: errors.CompanyNotVerified,
            OrgStatus.SUSPENDED: errors.CompanySuspended,
        },
    ),
    (
        rules.check_may_reinstate,
        {
            OrgStatus.DRAFT: errors.CompanyNotSuspended,
            OrgStatus.SUBMITTED: errors.CompanyNotSuspended,
            OrgStatus.VERIFIED: errors.CompanyNotSuspended,
            OrgStatus.REJECTED: errors.CompanyNotSuspended,
            OrgStatus.SUSPENDED: ALLOWED,
        },
    ),
]


class TestSteps:
    @pytest.mark.parametrize(
        ("check", "status", "refusal"),
        [(check, status, refusal) for check, table in STEPS for status, refusal in table.items()],
    )
    def test_each_status_has_its_answer(
        self, check: Callable[[OrgStatus], None], status: OrgStatus, refusal: type[AppError] | None
    ) -> None:
        if refusal is ALLOWED:
            check(status)
        else:
            with pytest.raises(refusal) as refused:
                check(status)
            assert type(refused.value) is refusal

    @pytest.mark.parametrize(("check", "table"), STEPS)
    def test_no_status_is_forgotten(
        self, check: Callable[[OrgStatus], None], table: dict[OrgStatus, type[AppError] | None]
    ) -> None:
        assert table.keys() == set(OrgStatus)

    @pytest.mark.parametrize("status", [CaseStatus.APPROVED, CaseStatus.REJECTED])
    def test_a_case_is_decided_once(self, status: CaseStatus) -> None:
        rules.check_may_decide(CaseStatus.SUBMITTED)
        with pytest.raises(errors.CaseAlreadyDecided):
            rules.check_may_decide(status)


class TestCovers:
    @pytest.mark.parametrize(
        ("policies", "is_covered"),
        [
            ([], False),
            ([(0, 4)], True),
            ([(-9, 9)], True),
            ([(1, 4)], False),
            ([(0, 3)], False),
            ([(3, 9), (-9, 2)], True),
            ([(0, 1), (3, 4)], False),
            ([(0, 4), (1, 2)], True),
            ([(0, 2), (2, 9)], True),
        ],
    )
    def test_five_days(self, policies: list[tuple[int, int]], *, is_covered: bool) -> None:
        covers = [Cover(day(first), day(last)) for first, last in policies]
        assert rules.covers(covers, Days(day(0), day(4))) is is_covered

    @given(st.lists(st.tuples(st.integers(-3, 12), st.integers(0, 6))), st.integers(0, 8), st.integers(0, 4))
    def test_agrees_with_asking_day_by_day(self, drawn: list[tuple[int, int]], start: int, length: int) -> None:
        covers = [Cover(day(first), day(first + days)) for first, days in drawn]
        every_day = all(
            any(one.effective_on <= day(number) <= one.expires_on for one in covers)
            for number in range(start, start + length + 1)
        )
        assert rules.covers(covers, Days(day(start), day(start + length))) is every_day
