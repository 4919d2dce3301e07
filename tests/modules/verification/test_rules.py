from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import AppError
from app.modules.orgs.values import OrgStatus
from app.modules.verification import errors, rules
from app.modules.verification.values import CaseStatus, Cover, MissingCode

pytestmark = pytest.mark.unit

READY = rules.Readiness(trucks=1, drivers=1, is_insured=True, has_prices=True)
FIRST = date(2027, 3, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


class TestMissing:
    def test_ready_company_lacks_nothing(self) -> None:
        assert rules.missing(READY) == []

    def test_new_company_lacks_all_four(self) -> None:
        lacking = rules.missing(rules.Readiness(trucks=0, drivers=0, is_insured=False, has_prices=False))
        assert [one.code for one in lacking] == list(MissingCode)

    def test_refusal_lists_what_is_lacking(self) -> None:
        lacking = rules.missing(rules.Readiness(trucks=1, drivers=0, is_insured=True, has_prices=True))
        with pytest.raises(errors.VerificationIncomplete) as refused:
            rules.check_complete(lacking)
        assert [one["code"] for one in refused.value.extensions["missing"]] == [MissingCode.DRIVER]


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
        assert rules.covers(covers, day(0), day(4)) is is_covered

    @given(st.lists(st.tuples(st.integers(-3, 12), st.integers(0, 6))), st.integers(0, 8), st.integers(0, 4))
    def test_agrees_with_asking_day_by_day(self, drawn: list[tuple[int, int]], start: int, length: int) -> None:
        covers = [Cover(day(first), day(first + days)) for first, days in drawn]
        every_day = all(
            any(one.effective_on <= day(number) <= one.expires_on for one in covers)
            for number in range(start, start + length + 1)
        )
        assert rules.covers(covers, day(start), day(start + length)) is every_day
