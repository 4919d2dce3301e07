from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest

from app.kernel.money import Money
from app.modules.market import rules
from app.modules.market.rules import Candidate
from app.modules.orgs.public import NearbyCompany, Terms
from app.modules.pricing.public import Load, Price
from app.modules.pricing.values import EstimateRequest

pytestmark = pytest.mark.unit

START = datetime(2027, 6, 5, 16, tzinfo=UTC)


def candidate(number: int, total: str, rating: str | None = None, miles: float = 5.0) -> Candidate:
    company = NearbyCompany(
        id=UUID(int=number),
        name=f"Company {number}",
        rating=Decimal(rating) if rating else None,
        rating_count=0,
        distance_miles=miles,
        terms=Terms("America/Los_Angeles"),
    )
    money = Money(Decimal(total), "USD")
    zero = Money(Decimal(0), "USD")
    price = Price((), money, money, zero, zero, ())
    return Candidate(company, card=None, plan=None, job=None, price=price)  # type: ignore[arg-type]


class TestDaysOfWork:
    @pytest.mark.parametrize(
        ("hours", "drive", "expected"), [("0.25", 0, 1.0), ("3", 20, 3.5), ("5.8", 27, 6.25), ("3", 0, 3.0)]
    )
    def test_started_quarter_hours_the_drive_included(self, hours: str, drive: int, expected: float):
        days = rules.days_of_work(START, Decimal(hours), drive)
        assert (days.window.length, days.legs) == (timedelta(hours=expected), ())

    def test_packing_is_done_before_the_load_is_in_the_truck(self) -> None:
        near = rules.days_of_work(START, Decimal(3), 20, Decimal("5.5"))
        assert (near.window.length, near.legs) == (timedelta(hours=9), ())
        far = rules.days_of_work(START, Decimal("7.25"), 420, Decimal(2))
        lengths = [leg.window.length / timedelta(hours=1) for leg in far.legs]
        # 6.25 h of packing and loading, 7 h of driving, and of 3 h of unloading 2.25 on the second day.
        assert lengths == [6.25, 7, 13]

    @pytest.mark.parametrize(
        ("hours", "drive", "legs"),
        [
            # Fourteen hours on duty are a day, and eleven at the wheel.
            ("14", 0, []),
            ("3", 660, []),
            # 7 h of work, 6 h 45 of driving: 13 h 45. A quarter of an hour more of both is a second day.
            ("7.25", 405, []),
            ("7.25", 420, [("loading", 0, 4.25), ("transit", 4.25, 11.25), ("unloading", 11.25, 24.25)]),
            # A small load over 1,200 miles: 20 h at the wheel, 11 of them on the first day; unloaded on the second.
            ("1.75", 1200, [("loading", 0, 1), ("transit", 1, 33), ("unloading", 33, 33.75)]),
            # 40 hours of work at two ends of one street take three days.
            ("40", 10, [("loading", 0, 33), ("transit", 33, 33.25), ("unloading", 33.25, 60.25)]),
        ],
    )
    def test_what_is_longer_than_a_working_day_has_legs_and_nights(
        self, hours: str, drive: int, legs: list[tuple[str, float, float]]
    ):
        days = rules.days_of_work(START, Decimal(hours), drive)
        told = [
            (leg.kind.value, *((at - START) / timedelta(hours=1) for at in (leg.window.starts_at, leg.window.ends_at)))
            for leg in days.legs
        ]
        assert told == legs
        if legs:
            assert (days.window.starts_at, days.window.ends_at) == (START, START + timedelta(hours=legs[-1][2]))


class TestSmallerCrew:
    LOAD = Load(
        request=EstimateRequest(),
        volume_cuft=Decimal(1000),
        weight_lb=Decimal(7000),
        crew_size=3,
        hours_p50=Decimal("4.00"),
        hours_p90=Decimal("5.80"),
        exact_hours=Fraction(4),
        inventory=(),
    )

    def test_the_same_work_takes_longer(self):
        smaller = rules.with_smaller_crew(self.LOAD)
        assert smaller is not None
        assert (smaller.crew_size, smaller.hours_p50, smaller.hours_p90) == (2, Decimal("6.00"), Decimal("8.75"))

    def test_two_is_the_smallest(self):
        smaller = rules.with_smaller_crew(self.LOAD)
        assert smaller is not None
        assert rules.with_smaller_crew(smaller) is None


class TestRank:
    def test_the_cheaper_before_the_dearer_all_else_equal(self):
        ranked = rules.rank([candidate(1, "900"), candidate(2, "700"), candidate(3, "800")])
        assert [one.candidate.company.id.int for one in ranked] == [2, 3, 1]

    def test_every_offer_shows_its_factors_and_they_make_the_score(self):
        for one in rules.rank([candidate(1, "900", "4.5", 3), candidate(2, "700", None, 20)]):
            assert one.score == pytest.approx(sum(f.value * f.weight for f in one.factors), abs=1e-5)
            assert sum(f.weight for f in one.factors) == pytest.approx(1.0)
            assert all(0 <= f.value <= 1 for f in one.factors)

    def test_equals_stand_in_the_same_order_each_time(self):
        equals = [candidate(n, "700") for n in (3, 1, 2)]
        assert [one.candidate.company.id.int for one in rules.rank(equals)] == [1, 2, 3]
