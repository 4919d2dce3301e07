from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.kernel.actor import ActorKind
from app.kernel.ids import new_id
from app.modules.bookings import rules
from app.modules.bookings.errors import (
    BookingNotHeld,
    CrewIncomplete,
    HoldExpired,
    IllegalStep,
    NotDisputable,
    TruckTooSmall,
)
from app.modules.bookings.rules.disputes import DISPUTED_WITHIN
from app.modules.bookings.values import BookingStatus, DayStep
from app.modules.calendar.values import ResourceKind, ResourceSpec

pytestmark = pytest.mark.unit

NOW = datetime(2027, 6, 1, 16, tzinfo=UTC)
S = BookingStatus
EDGES = [(a, b) for a in S for b in S]


class TestMove:
    @pytest.mark.parametrize(("start", "end"), EDGES)
    def test_every_edge_is_legal_or_refused_with_the_legal_ones(self, start: S, end: S):
        legal = rules.TRANSITIONS[start] - {S.EXPIRED}
        if end in legal:
            assert rules.move(start, to=end, by=ActorKind.MOVER) is end
        else:
            with pytest.raises(IllegalStep) as refused:
                rules.move(start, to=end, by=ActorKind.MOVER)
            assert refused.value.extensions["legal"] == sorted(legal)

    @pytest.mark.parametrize("start", [S.HELD, S.CONFIRMED, S.ASSIGNED])
    def test_a_customer_cancels_until_the_truck_is_on_its_way(self, start: S):
        assert rules.move(start, to=S.CANCELLED, by=ActorKind.CUSTOMER) is S.CANCELLED

    @pytest.mark.parametrize(
        ("start", "end"), [(S.EN_ROUTE, S.CANCELLED), (S.CONFIRMED, S.EN_ROUTE), (S.ARRIVED, S.COMPLETED)]
    )
    def test_a_customer_does_not_report_from_the_road(self, start: S, end: S):
        with pytest.raises(IllegalStep):
            rules.move(start, to=end, by=ActorKind.CUSTOMER)

    def test_complete_is_legal_from_every_step_after_the_start(self):
        assert all(S.COMPLETED in rules.TRANSITIONS[step] for step in rules.ON_THE_WAY)

    def test_only_the_program_expires(self):
        assert rules.move(S.HELD, to=S.EXPIRED, by=ActorKind.SYSTEM) is S.EXPIRED
        with pytest.raises(IllegalStep):
            rules.move(S.HELD, to=S.EXPIRED, by=ActorKind.MOVER)

    def test_every_day_step_leads_somewhere(self):
        assert {step.leads_to for step in DayStep} == {S.ARRIVED, S.LOADING, S.IN_TRANSIT, S.UNLOADING, S.NO_SHOW}


class TestConfirm:
    def test_a_live_hold(self):
        assert rules.confirm(S.HELD, NOW + timedelta(seconds=1), NOW) is S.CONFIRMED

    def test_a_hold_ends_with_its_last_second(self):
        with pytest.raises(HoldExpired):
            rules.confirm(S.HELD, NOW, NOW)

    @pytest.mark.parametrize("status", [S.CONFIRMED, S.CANCELLED, S.COMPLETED])
    def test_a_second_confirmation(self, status: S):
        with pytest.raises(BookingNotHeld):
            rules.confirm(status, None, NOW)


class TestCheckNamed:
    TRUCK = ResourceSpec(UUID(int=1), ResourceKind.TRUCK, 1_000, 8_000)
    DRIVER = ResourceSpec(UUID(int=2), ResourceKind.DRIVER)
    HELPER = ResourceSpec(UUID(int=3), ResourceKind.HELPER)

    @staticmethod
    def job(volume_cuft: int | None, weight_lb: int | None) -> dict[str, Any]:
        return {"volume_cuft": volume_cuft, "weight_lb": weight_lb, "skills": [], "truck_features": []}

    def test_trucks_and_people_apart(self):
        found = rules.check_named([self.TRUCK, self.DRIVER, self.HELPER], self.job(1_000, 8_000))
        assert found == ([UUID(int=1)], [UUID(int=2), UUID(int=3)])

    def test_too_small(self):
        with pytest.raises(TruckTooSmall):
            rules.check_named([self.TRUCK, self.DRIVER], self.job(1_001, 0))

    @pytest.mark.parametrize("named", [[], [TRUCK], [TRUCK, HELPER], [DRIVER, HELPER]])
    def test_a_truck_needs_a_driver_and_a_job_a_truck(self, named: list[ResourceSpec]):
        with pytest.raises(CrewIncomplete):
            rules.check_named(named, self.job(None, None))


def test_references_are_short_and_differ():
    names = {rules.reference_of(new_id()) for _ in range(2_000)}
    assert len(names) == 2_000
    assert all(len(name) == 10 and set(name[3:]) <= set(rules.REFERENCE_ALPHABET) for name in names)


@pytest.mark.parametrize(("status", "is_early"), [(S.COMPLETED, True), (S.COMPLETED, False), (S.ARRIVED, True)])
def test_what_was_never_reported_is_not_taken_back(status: S, is_early: bool):
    with pytest.raises(IllegalStep):
        rules.taken_back(status, {}, is_early=is_early)


def test_a_dispute_is_refused_with_what_is_true_of_it():
    until = NOW + DISPUTED_WITHIN
    rules.check_dispute(until, until)
    with pytest.raises(NotDisputable, match=rf"for {DISPUTED_WITHIN.days} days, until 2027-06-15T16:00:00Z\.") as late:
        rules.check_dispute(until, until + timedelta(seconds=1))
    assert late.value.extensions == {"until": "2027-06-15T16:00:00Z"}
    with pytest.raises(NotDisputable, match="^Nobody reports that your company did not come") as nothing:
        rules.check_dispute(None, NOW)
    assert nothing.value.extensions == {"until": None}
