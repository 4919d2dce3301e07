from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.geo import Point
from app.modules.calendar import rules
from app.modules.calendar.errors import WindowRefused
from app.modules.calendar.rules import diaries
from app.modules.calendar.values import Busy, FreeCapacity, Need, ResourceKind, ResourceSpec, Stops, Window

pytestmark = pytest.mark.unit

HERE, SACRAMENTO, FAR = (
    Stops(Point(lat=37.77, lng=-122.42), Point(lat=lat, lng=lng))
    for lat, lng in ((37.77, -122.42), (38.58, -121.49), (34.05, -118.24))
)
NOW = datetime(2027, 6, 1, 16, tzinfo=UTC)
ZONE = ZoneInfo("America/Los_Angeles")


def spec(number: int, kind: ResourceKind, cuft: int = 0, pounds: int = 0, until: date | None = None) -> ResourceSpec:
    return ResourceSpec(UUID(int=number), kind, cuft, pounds, usable_until=until)


def truck(number: int, cuft: int, pounds: int = 10_000) -> ResourceSpec:
    return spec(number, ResourceKind.TRUCK, cuft, pounds)


def is_on_saturday_morning(one: Window, zone: ZoneInfo) -> bool:
    starts = one.starts_at.astimezone(zone)
    return starts.isoweekday() == 6 and 6 <= starts.hour <= 8


def window(start_hour: float, hours: float) -> Window:
    start = NOW + timedelta(hours=start_hour)
    return Window(start, start + timedelta(hours=hours))


def at(asked: Window, stops: Stops | None = None) -> rules.Wanted:
    return rules.Wanted(asked, ZONE, NOW, stops)


class TestCheckWindow:
    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            (window(-1, 2), "window_past"),
            (window(0, 2), "window_past"),
            (window(1, -1), "window_reversed"),
            (window(1, 0), "window_reversed"),
            (window(1, 0.1), "window_too_short"),
            (window(1, 14 * 24 + 0.1), "window_too_long"),
        ],
    )
    def test_a_window_nobody_can_book_is_refused_by_name(self, asked: Window, code: str):
        with pytest.raises(WindowRefused) as refused:
            rules.check_window(asked, NOW, "/window")
        assert refused.value.faults[0].code == code
        assert refused.value.faults[0].pointer.startswith("/window/")

    @pytest.mark.parametrize("hours", [0.25, 4, 14 * 24])
    def test_from_a_quarter_hour_to_fourteen_days_is_welcome(self, hours: float):
        rules.check_window(window(1, hours), NOW)


class TestPickTrucks:
    def test_the_smallest_that_holds_the_job_alone(self):
        trucks = [truck(1, 1_700), truck(2, 1_000), truck(3, 800)]
        assert rules.pick_trucks(trucks, Need(900, 5_000, 2)) == (UUID(int=2),)

    def test_weight_counts_as_volume_does(self):
        trucks = [truck(1, 1_700, 4_000), truck(2, 1_800, 9_000)]
        assert rules.pick_trucks(trucks, Need(900, 5_000, 2)) == (UUID(int=2),)

    def test_two_when_one_is_too_small(self):
        trucks = [truck(1, 800), truck(2, 1_000), truck(3, 400)]
        assert rules.pick_trucks(trucks, Need(1_700, 5_000, 2)) == (UUID(int=2), UUID(int=1))

    def test_none_when_all_together_are_too_small(self):
        assert rules.pick_trucks([truck(1, 800)], Need(900, 5_000, 2)) is None


class TestPickCrew:
    def test_a_driver_for_each_truck_and_helpers_before_further_drivers(self):
        people = [spec(n, ResourceKind.DRIVER) for n in (1, 2, 3)] + [spec(n, ResourceKind.HELPER) for n in (4, 5)]
        assert rules.pick_crew(people, 4, 2) == tuple(UUID(int=n) for n in (1, 2, 4, 5))

    def test_helpers_cannot_drive(self):
        assert rules.pick_crew([spec(1, ResourceKind.HELPER), spec(2, ResourceKind.HELPER)], 2, 1) is None

    def test_too_few_people(self):
        assert rules.pick_crew([spec(1, ResourceKind.DRIVER)], 2, 1) is None


class TestFreeIn:
    def test_touching_windows_do_not_overlap(self):
        one = truck(1, 800)
        busy = {one.id: [Busy(window(0, 4))]}
        assert rules.free_in([one], busy, at(window(4, 4))) == [one]
        assert rules.free_in([one], busy, at(window(3.75, 4))) == []

    def test_papers_that_end_before_the_last_day_take_it_out(self):
        person = spec(1, ResourceKind.DRIVER, until=(NOW + timedelta(hours=5)).date())
        assert rules.free_in([person], {}, at(window(1, 2))) == [person]
        assert rules.free_in([person], {}, at(window(1, 48))) == []


class TestLastDay:
    @pytest.mark.parametrize(
        ("zone", "ends_at", "day"),
        [
            ("America/Los_Angeles", "2027-06-02T06:59:00Z", "2027-06-01"),
            ("America/Los_Angeles", "2027-06-02T07:00:00Z", "2027-06-01"),
            ("America/Los_Angeles", "2027-06-02T07:00:01Z", "2027-06-02"),
            ("America/New_York", "2027-06-02T06:59:00Z", "2027-06-02"),
            ("America/Phoenix", "2027-06-02T06:59:00Z", "2027-06-01"),
            ("Pacific/Honolulu", "2027-06-02T09:59:00Z", "2027-06-01"),
        ],
    )
    def test_is_the_wall_clocks_and_midnight_ends_the_day_before(self, zone: str, ends_at: str, day: str):
        ends = datetime.fromisoformat(ends_at)
        assert Window(ends - timedelta(hours=4), ends).last_day(ZoneInfo(zone)) == date.fromisoformat(day)


class TestAlternatives:
    def test_three_windows_of_the_same_length_that_can_really_be_taken(self):
        resources = [truck(1, 1_000), spec(2, ResourceKind.DRIVER)]
        wanted = window(24, 4)
        busy = {resources[0].id: [Busy(wanted)]}
        need = Need(500, 1_000, 1)
        free = rules.free_windows(
            resources, busy, rules.Wanted(wanted, ZONE, NOW), lambda free: rules.pick(free, need) is not None
        )
        found = list(islice(free, 3))
        assert len(found) == 3
        assert all(one.length == wanted.length and not one.overlaps(wanted) for one in found)

    def test_days_keep_their_wall_time_across_a_change_of_clocks(self):
        zone = ZoneInfo("America/Los_Angeles")
        start = datetime(2027, 11, 5, 9, tzinfo=zone).astimezone(UTC)
        wanted = Window(start, start + timedelta(hours=4))
        hours = {one.starts_at.astimezone(zone).hour for one in rules.nearby_windows(wanted, zone, NOW)}
        nearby = islice(rules.nearby_windows(wanted, zone, NOW), 22)
        later = [one for one in nearby if one.starts_at > start + timedelta(days=4)]
        assert 9 in hours
        assert {one.starts_at.astimezone(zone).hour for one in later} == {9}

    def test_who_works_on_another_morning_alone_is_found_there_three_times(self):
        zone = ZoneInfo("America/Los_Angeles")
        start = datetime(2027, 6, 8, 14, tzinfo=zone).astimezone(UTC)
        wanted = Window(start, start + timedelta(hours=4))
        offered = list(rules.nearby_windows(wanted, zone, NOW))
        assert sum(is_on_saturday_morning(one, zone) for one in offered) == 6
        horizon = rules.horizon_of(wanted)
        assert all(horizon.starts_at <= one.starts_at and one.ends_at <= horizon.ends_at for one in offered)
        assert len(set(offered)) == len(offered)
        assert wanted not in offered


def drives_reckoned(monkeypatch: pytest.MonkeyPatch) -> list[Point]:
    drives: list[Point] = []

    def reckon(start: Point, _: Point) -> float:
        drives.append(start)
        return 0.0

    monkeypatch.setattr(diaries, "road_minutes", reckon)
    return drives


class TestFullCompany:
    def test_is_searched_for_two_weeks_without_reckoning_a_drive(self, monkeypatch: pytest.MonkeyPatch):
        """Fifty trucks and their people, taken around the clock, under whose locks somebody waits for the refusal."""
        drives = drives_reckoned(monkeypatch)
        kinds = [ResourceKind.TRUCK] * 50 + [ResourceKind.DRIVER] * 50 + [ResourceKind.HELPER] * 100
        resources = [spec(n, kind, 1_000) for n, kind in enumerate(kinds, start=1)]
        busy = {one.id: [Busy(window(6 * n, 6), HERE) for n in range(-8, 4 * 18)] for one in resources}
        asked = at(window(24, 4), HERE)
        assert list(rules.free_windows(resources, busy, asked, bool)) == []
        assert drives == []

    def test_each_drive_is_reckoned_once(self, monkeypatch: pytest.MonkeyPatch):
        drives = drives_reckoned(monkeypatch)
        resources = [spec(n, ResourceKind.DRIVER) for n in range(1, 51)]
        busy = {one.id: [Busy(window(24 * n, 6), HERE) for n in range(-1, 17)] for one in resources}
        list(rules.free_windows(resources, busy, at(window(24, 4), HERE), lambda _: False))
        assert len(drives) == 2 * sum(map(len, busy.values()))


SPANS = st.tuples(st.integers(-60, 60), st.integers(1, 40), st.sampled_from((None, HERE, SACRAMENTO, FAR)))


@given(st.lists(SPANS, max_size=8), SPANS, st.integers(0, 120))
def test_a_diary_has_room_where_nothing_in_it_clashes(
    taken: list[tuple[int, int, Stops | None]], asked: tuple[int, int, Stops | None], turnaround: int
):
    one = replace(truck(1, 1_000), turnaround_minutes=turnaround)
    busy = [
        Busy(window(start, hours), stops, UUID(int=number % 3)) for number, (start, hours, stops) in enumerate(taken)
    ]
    wanted = replace(at(window(asked[0], asked[1]), asked[2]), source_id=UUID(int=1))
    has_room = not any(rules.clashes(wanted, turnaround, each) for each in busy)
    assert (rules.free_in([one], {one.id: busy}, wanted) == [one]) is has_room


KINDS = st.sampled_from(list(ResourceKind))
FLEETS = st.lists(st.tuples(KINDS, st.integers(1, 2_000), st.integers(1, 12_000)), max_size=9)
NEEDS = st.builds(Need, st.integers(1, 4_000), st.integers(0, 25_000), st.integers(1, 6))


@given(FLEETS, NEEDS)
def test_search_and_booking_agree_on_what_suffices(fleet: list[tuple[ResourceKind, int, int]], need: Need):
    """`suffices` is what search asks, `pick` what booking does: an offer that cannot be booked starts here."""
    resources = [
        spec(n, kind, cuft if kind is ResourceKind.TRUCK else 0, pounds if kind is ResourceKind.TRUCK else 0)
        for n, (kind, cuft, pounds) in enumerate(fleet, start=1)
    ]
    capacity = FreeCapacity(
        trucks=tuple((r.capacity_cuft, r.max_weight_lb) for r in resources if r.kind is ResourceKind.TRUCK),
        drivers=sum(r.kind is ResourceKind.DRIVER for r in resources),
        helpers=sum(r.kind is ResourceKind.HELPER for r in resources),
    )
    assert rules.suffices(capacity, need) == (rules.pick(resources, need) is not None)


@given(FLEETS, NEEDS)
def test_what_is_picked_can_do_the_job(fleet: list[tuple[ResourceKind, int, int]], need: Need):
    resources = {
        UUID(int=n): spec(n, kind, cuft if kind is ResourceKind.TRUCK else 0, pounds)
        for n, (kind, cuft, pounds) in enumerate(fleet, start=1)
    }
    taken = rules.pick(list(resources.values()), need)
    if taken is None:
        return
    trucks = [resources[one] for one in taken.truck_ids]
    crew = [resources[one] for one in taken.crew_ids]
    assert len(set(taken.resource_ids)) == len(taken.resource_ids)
    assert sum(t.capacity_cuft for t in trucks) >= need.volume_cuft
    assert sum(t.max_weight_lb for t in trucks) >= need.weight_lb
    assert sum(p.kind is ResourceKind.DRIVER for p in crew) >= len(trucks)
    assert len(crew) >= need.crew_size
