from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.dayset import days_of, first_days, how_many, on_at_least, told_apart

daysets = st.sets(st.integers(0, 61)).map(lambda days: sum(1 << day for day in days))


@given(st.sets(st.integers(0, 61)))
def test_days_come_back_in_order(days: set[int]) -> None:
    assert list(days_of(sum(1 << day for day in days))) == sorted(days)


def test_the_first_days() -> None:
    assert [list(days_of(first_days(count))) for count in (0, 1, 3)] == [[], [0], [0, 1, 2]]


@given(daysets, st.lists(daysets, max_size=6))
def test_days_are_together_just_when_no_mark_tells_them_apart(days: int, marks: list[int]) -> None:
    parts = told_apart(days, marks)
    assert sorted(day for part in parts for day in days_of(part)) == list(days_of(days))
    told = {day: tuple(mark >> day & 1 for mark in marks) for day in days_of(days)}
    for one in days_of(days):
        for other in days_of(days):
            together = any(part >> one & part >> other & 1 for part in parts)
            assert together == (told[one] == told[other])


@given(st.lists(daysets, max_size=12), st.integers(1, 5))
def test_marks_are_counted_day_by_day(marks: list[int], count: int) -> None:
    counted = [sum(mark >> day & 1 for mark in marks) for day in range(62)]
    assert how_many(62, marks) == counted
    assert list(days_of(on_at_least(count, marks))) == [day for day, many in enumerate(counted) if many >= count]
