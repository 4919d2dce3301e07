"""Use cases of the dispatcher's desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Mover
from app.kernel.errors import Fault, PreconditionFailed
from app.kernel.ports.solving import Solver
from app.modules.audit.public import Change, record
from app.modules.bookings import public as bookings
from app.modules.bookings.public import DayJob, Team
from app.modules.calendar import public as calendar
from app.modules.calendar.public import Busy
from app.modules.dispatch import rules
from app.modules.dispatch.errors import DayOver, PlanChanged
from app.modules.dispatch.rules.day import DAYS_COUNTED
from app.modules.dispatch.schemas import DayIn, SwapTruckIn
from app.modules.fleet import public as fleet
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession

SOON: Final = timedelta(minutes=1)


async def read_day(
    session: ReadSession, actor: Mover, body: DayIn, truck_id: UUID | None = None, rest: Sequence[DayJob] = ()
) -> rules.Day:
    """The day's jobs to come, of one truck or all, and who and what there is for them; nothing is locked. `rest`: what
    is left of jobs of the truck.

    Raises: DayOver (422).
    """
    days = await _day_of(session, actor, body.day)
    to_come = await bookings.list_day_jobs(session, actor.org_id, days, actor.now)
    jobs = (
        rules.jobs_of_truck([*rest, *to_come], days, truck_id)
        if truck_id
        else rules.jobs_to_plan(to_come, days, include_assigned=body.include_assigned)
    )
    known = await calendar.list_resources(session, actor.org_id)
    # A job keeps the pieces of equipment that it has: there is nothing to plan about them.
    resources = [one for one in known if one.kind is not calendar.ResourceKind.EQUIPMENT]
    trucks = [one.id for one in resources if one.kind is calendar.ResourceKind.TRUCK]
    lacking = await bookings.lacking_papers(session, actor.org_id, jobs, trucks)
    ends_at = max((days.ends_at, *(job.window.ends_at for job in jobs)))
    looked_at = calendar.Window(days.ends_at - DAYS_COUNTED, ends_at)
    ids = [one.id for one in resources]
    # By their ends: of one whose crew may arrive by now the window begins later than what it has.
    planned = {(job.booking_id, job.window.ends_at) for job in jobs if not job.is_under_way}
    taken: dict[object, list[Busy]] = {}
    for resource_id, source_id, busy in await calendar.list_taken(session, actor.org_id, ids, looked_at, actor.now):
        if (source_id, busy.window.ends_at) not in planned:
            taken.setdefault(resource_id, []).append(busy)
    return rules.Day(
        jobs=tuple(rules.with_skills_of_legs(jobs, resources)),
        resources=tuple(sorted(resources, key=lambda one: one.id)),
        taken={one: tuple(taken.get(one, ())) for one in ids},
        yards=await fleet.yards(session, actor.org_id),
        lacking=lacking,
        now=actor.now,
    )


async def plan_day(solver: Solver, day: rules.Day) -> rules.DayPlan:
    """The best teams that the solver finds in its time. No transaction is open."""
    draft = rules.draft_program(day)
    return rules.read_plan(day, draft, await solver.solve(draft.program))


async def apply_plan(session: WriteSession, actor: Mover, plan: rules.DayPlan, seen: str | None) -> None:
    """Give each planned job its team, all or none.

    Locks: the booking rows in id order, then the resources in id order.
    Raises: PlanChanged (409) when the plan is not the one that was seen, or a booking has changed since it was made;
    SlotTaken (409) when somebody else has a truck or person since; PapersEndBefore (409) when a paper was withdrawn
    since.
    Emits: booking.assigned for each.
    """
    if seen is not None and seen != plan.name:
        raise PlanChanged(plan=plan.name)
    try:
        await bookings.reassign_all(session, actor, [_team(one.job, one) for one in plan.planned])
    except PreconditionFailed:
        raise PlanChanged(plan=None) from None


def _team(job: DayJob, planned: rules.Planned) -> Team:
    return Team(job.booking_id, job.leg, job.version, planned.truck_ids, planned.driver_ids)


async def foresee_swap(session: ReadSession, actor: Mover, body: SwapTruckIn) -> rules.DaySwap:
    """Which truck each of the day's jobs would have instead, and from when on this one would be off.

    Raises: DayOver (422), ResourceNotFound (404).
    """
    await calendar.check_resource(session, actor.org_id, body.truck_id, calendar.ResourceKind.TRUCK)
    window = await _day_of(session, actor, body.day)
    rest_of_jobs: list[DayJob] = []
    if body.under_way and window.starts_at <= actor.now < window.ends_at:
        rest_of_jobs = await bookings.list_under_way(session, actor.org_id, body.truck_id, actor.now)
    asked = DayIn(day=body.day, include_assigned=True)
    day = await read_day(session, actor, asked, body.truck_id, rest_of_jobs)
    swaps = tuple(rules.replace_truck(day, body.truck_id))
    if any(one.reason is not None for one in swaps):
        return rules.DaySwap(swaps)
    rest = calendar.Window(max(window.starts_at, actor.now + SOON), window.ends_at)
    left = {one.booking_id for one in rest_of_jobs}
    stays = [one for one in day.taken[body.truck_id] if one.source_id not in left]
    on_their_way = await bookings.on_their_way(session, actor.org_id, {one.source_id for one in stays if one.source_id})
    return rules.DaySwap(swaps, *rules.find_time_off(stays, rest, on_their_way))


async def swap_truck(session: WriteSession, actor: Mover, body: SwapTruckIn) -> rules.DaySwap:
    """Give the day's jobs of a truck to others, and keep the truck off for the rest of the day, from the end of the job
    that it broke down on, when all have another. A job that outlasts the day leaves nothing of it to take off. Around a
    hold, and other time off, it is off for what is left.

    Where it is asked for, another truck takes over the rest of the job that it is on, and it is off from now on.

    Locks: the booking rows in id order, then the resources in id order.
    Raises: DayOver (422), ResourceNotFound (404), PlanChanged (409), SlotTaken (409) when somebody took it, or a
    replacement, since.
    Emits: booking.truck_replaced for each job moved: its customer is told; booking.assigned for each that is not under
    way.
    """
    swap = await foresee_swap(session, actor, body)
    teams = [
        Team(*one.job.key, one.job.version, one.truck_ids, one.job.driver_ids, since=_since(one.job))
        for one in swap.jobs
        if one.reason is None
    ]
    try:
        await bookings.reassign_all(session, actor, teams, tells_customers=True)
    except PreconditionFailed:
        raise PlanChanged(plan=None) from None
    for off in swap.off:
        time_off_id = await calendar.take_time_off(session, actor.org_id, body.truck_id, off, actor.now)
        after = {"resource_id": body.truck_id, "starts_at": off.starts_at, "ends_at": off.ends_at}
        record(session, actor, Change("fleet.time_off_taken", "time_off", time_off_id, after=after))
    return swap


def _since(job: DayJob) -> datetime | None:
    return job.window.starts_at if job.is_under_way else None


async def _day_of(session: ReadSession, actor: Mover, day: date) -> calendar.Window:
    """By the clock of the company's office. Raises: DayOver (422)."""
    window = calendar.days_window(day, 1, ZoneInfo(await orgs.company_zone(session, actor.org_id)))
    if window.ends_at <= actor.now:
        raise DayOver(faults=(Fault("/day", DayOver.code, "is over"),))
    return window
