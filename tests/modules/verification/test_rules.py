from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import AppError
from app.modules.orgs.values import OrgStatus
from app.modules.verification import errors, rules
from app.modules.verification.rules import Act
from app.modules.verification.values import (
    CaseStatus,
    Claim,
    Cover,
    Days,
    DocumentKind,
    Finding,
    InsuranceKind,
    Need,
    PackCode,
    PolicyShown,
    Requirement,
    Shown,
    Trip,
)

pytestmark = pytest.mark.unit

TRUCK = UUID(int=7)
FIRST = date(2027, 3, 1)
TODAY = Days(FIRST, FIRST)
GENERIC = rules.requirements_of([], TODAY)
READY = rules.Readiness(trucks={TRUCK: "Big"}, drivers=1, has_prices=True, asked=GENERIC, unmet=[])


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
        asked = rules.requirements_of([PackCode.US_CA], TODAY)
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
        asked = rules.requirements_of([PackCode.US_CA, PackCode.US_INTERSTATE], TODAY)
        assert asked[Need.LIABILITY].minimum == 750_000
        assert asked[Need.CARGO].minimum == 20_000
        assert Need.INSURANCE not in asked

    @pytest.mark.parametrize(
        ("days", "figure"),
        [
            ((-1, -1), 600_000),
            ((9, 9), 600_000),
            # Of a move over the change the dearer of both, whichever way it goes.
            ((9, 10), 900_000),
            ((10, 10), 900_000),
            ((19, 21), 900_000),
            ((20, 20), 400_000),
        ],
    )
    def test_a_new_figure_holds_from_its_first_day_and_the_old_one_until_then(
        self, monkeypatch: pytest.MonkeyPatch, days: tuple[int, int], figure: int
    ) -> None:
        with_new_figures(monkeypatch, {day(10): 900_000, day(20): 400_000})
        asked = rules.requirements_of([PackCode.US_CA], Days(day(days[0]), day(days[1])))
        assert asked[Need.LIABILITY].minimum == figure

    def test_what_nobody_asks_for_yet_is_not_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pack = rules.PACKS[PackCode.GENERIC]
        new = Requirement(Need.TAX_ID, "Somebody", "a law to come", day(10))
        monkeypatch.setitem(rules.PACKS, PackCode.GENERIC, replace(pack, requirements=(*pack.requirements, new)))
        assert Need.TAX_ID not in rules.requirements_of([], Days(day(0), day(9)))
        assert Need.TAX_ID in rules.requirements_of([], Days(day(0), day(10)))


def with_new_figures(monkeypatch: pytest.MonkeyPatch, figures: dict[date, int]) -> None:
    """California asks for another liability from these days on."""
    pack = rules.PACKS[PackCode.US_CA]
    [old] = [one for one in pack.requirements if one.need is Need.LIABILITY]
    new = [replace(old, in_force_from=since, minimum=Decimal(figure)) for since, figure in figures.items()]
    monkeypatch.setitem(rules.PACKS, PackCode.US_CA, replace(pack, requirements=(*pack.requirements, *new)))


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
        asked = {Need.LIABILITY: rules.requirements_of([PackCode.US_CA], TODAY)[Need.LIABILITY]}
        shown = Shown([PolicyShown(kind, limit, YEAR)], {}, set())
        assert (rules.unmet(asked, shown, (), TODAY) == []) is is_enough

    def test_two_small_policies_make_no_large_one(self) -> None:
        asked = {Need.LIABILITY: rules.requirements_of([PackCode.US_CA], TODAY)[Need.LIABILITY]}
        half = PolicyShown(InsuranceKind.LIABILITY, Decimal(300_000), YEAR)
        assert rules.unmet(asked, Shown([half, half], {}, set()), (), TODAY) == [(Need.LIABILITY, None)]

    def test_each_truck_needs_its_own_paper_for_all_days(self) -> None:
        asked = {Need.TRUCK_REGISTRATION: rules.requirements_of([PackCode.US_CA], TODAY)[Need.TRUCK_REGISTRATION]}
        other = UUID(int=8)
        days: dict[tuple[DocumentKind, UUID | None], list[Cover]] = {
            (DocumentKind.TRUCK_REGISTRATION, TRUCK): [YEAR],
            (DocumentKind.TRUCK_REGISTRATION, other): [Cover(day(0), day(3))],
        }
        shown = Shown([], days, set())
        assert rules.unmet(asked, shown, [TRUCK, other], Days(day(1), day(3))) == []
        assert rules.unmet(asked, shown, [TRUCK, other], Days(day(1), day(4))) == [(Need.TRUCK_REGISTRATION, other)]


D, S, R, V, X, P = (
    OrgStatus.DRAFT,
    OrgStatus.SUBMITTED,
    OrgStatus.IN_REVIEW,
    OrgStatus.VERIFIED,
    OrgStatus.REJECTED,
    OrgStatus.SUSPENDED,
)
Answer = OrgStatus | type[AppError]


def but(refusal: Answer, follows: dict[OrgStatus, Answer]) -> dict[OrgStatus, Answer]:
    """The refusal from every status that is not named."""
    return dict.fromkeys(OrgStatus, refusal) | follows


FOLLOWS: dict[Act, dict[OrgStatus, Answer]] = {
    Act.SUBMIT: {
        D: S,
        S: errors.CaseAlreadyOpen,
        R: errors.CaseAlreadyOpen,
        V: errors.AlreadyVerified,
        X: S,
        P: errors.CompanySuspended,
    },
    Act.CLAIM: but(errors.CaseAlreadyDecided, {S: R, R: R}),
    Act.GIVE_BACK: but(errors.CaseAlreadyDecided, {S: S, R: S}),
    Act.APPROVE: but(errors.CaseAlreadyDecided, {S: V, R: V}),
    Act.REJECT: but(errors.CaseAlreadyDecided, {S: X, R: X}),
    Act.SUSPEND: but(errors.CompanyNotVerified, {V: P, P: errors.CompanySuspended}),
    Act.REINSTATE: but(errors.CompanyNotSuspended, {P: V}),
}
ME, OTHER = UUID(int=1), UUID(int=2)
NOW = datetime(2027, 3, 1, 17, tzinfo=UTC)


class TestSteps:
    @pytest.mark.parametrize("act", list(Act))
    @pytest.mark.parametrize("status", list(OrgStatus))
    def test_each_status_has_its_answer(self, act: Act, status: OrgStatus) -> None:
        follows = FOLLOWS[act][status]
        if isinstance(follows, OrgStatus):
            assert rules.next_status(status, act) is follows
        else:
            with pytest.raises(follows) as refused:
                rules.next_status(status, act)
            assert type(refused.value) is follows

    @pytest.mark.parametrize("status", [CaseStatus.APPROVED, CaseStatus.REJECTED])
    def test_a_case_is_decided_once(self, status: CaseStatus) -> None:
        rules.check_open(CaseStatus.SUBMITTED)
        rules.check_open(CaseStatus.IN_REVIEW)
        with pytest.raises(errors.CaseAlreadyDecided):
            rules.check_open(status)


class TestClaims:
    @pytest.mark.parametrize("claim", [None, Claim(ME, NOW + timedelta(minutes=1)), Claim(OTHER, NOW)])
    def test_free_for_me_is_mine_nobodys_and_what_another_had_too_long(self, claim: Claim | None) -> None:
        rules.check_free_for(ME, claim, NOW)

    def test_anothers_is_refused_with_its_end(self) -> None:
        with pytest.raises(errors.CaseClaimed) as refused:
            rules.check_free_for(ME, Claim(OTHER, NOW + timedelta(seconds=1)), NOW)
        assert refused.value.extensions == {"claimed_until": "2027-03-01T17:00:01+00:00"}

    @pytest.mark.parametrize("claim", [None, Claim(ME, NOW), Claim(OTHER, NOW + timedelta(hours=1))])
    def test_only_what_is_mine_now_can_be_given_back(self, claim: Claim | None) -> None:
        rules.check_held_by(ME, Claim(ME, NOW + timedelta(seconds=1)), NOW)
        with pytest.raises(errors.CaseNotClaimed):
            rules.check_held_by(ME, claim, NOW)


class TestFourEyes:
    def test_one_approval_is_enough_where_nobody_asks_for_two(self) -> None:
        assert rules.is_enough(ME, None, four_eyes=False)
        assert rules.is_enough(ME, ME, four_eyes=False)

    def test_the_second_must_be_another(self) -> None:
        assert not rules.is_enough(ME, None, four_eyes=True)
        assert rules.is_enough(OTHER, ME, four_eyes=True)
        with pytest.raises(errors.SecondReviewerNeeded):
            rules.is_enough(ME, ME, four_eyes=True)


class TestFindings:
    TRUCK = UUID(int=7)

    def test_what_is_of_a_truck_names_it_and_nothing_else_does(self) -> None:
        findings = [Finding(Need.CARGO, None, "Small"), Finding(Need.TRUCK_REGISTRATION, self.TRUCK, "Faded")]
        rules.check_findings(findings, {self.TRUCK})

    @pytest.mark.parametrize(
        ("item", "truck_id"), [(Need.CARGO, TRUCK), (Need.TRUCK_INSPECTION, None), (Need.TRUCK_INSPECTION, UUID(int=8))]
    )
    def test_the_faulty_one_is_pointed_at(self, item: Need, truck_id: UUID | None) -> None:
        findings = [Finding(Need.CARGO, None, "Small"), Finding(item, truck_id, "Faded")]
        with pytest.raises(errors.FindingRefused) as refused:
            rules.check_findings(findings, {self.TRUCK})
        assert [fault.pointer for fault in refused.value.faults] == ["/findings/1/truck_id"]


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
