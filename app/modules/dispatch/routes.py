from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from app.modules.bookings.public import IllegalStep, NotEquipped, PapersEndBefore
from app.modules.calendar.public import ResourceNotFound, SlotTaken, WindowRefused
from app.modules.dispatch import service
from app.modules.dispatch.access import Dispatch
from app.modules.dispatch.errors import DayOver, PlanChanged
from app.modules.dispatch.rules import DayPlan, DaySwap
from app.modules.dispatch.schemas import (
    AutoAssignIn,
    DayIn,
    LeftOut,
    PlannedOut,
    PlanOut,
    SwapOut,
    SwapsOut,
    SwapTruckIn,
)
from app.modules.market.public import arrival_window_out
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/dispatch", tags=["dispatch"], route_class=IdempotentRoute)


def plan_out(plan: DayPlan) -> PlanOut:
    jobs = [
        PlannedOut(
            booking_id=one.job.booking_id,
            leg=one.job.leg,
            reference=one.job.reference,
            starts_at=one.job.window.starts_at,
            ends_at=one.job.window.ends_at,
            arrival_window=arrival_window_out(one.job.window.starts_at, one.job.arrives_until),
            truck_ids=list(one.truck_ids),
            driver_ids=list(one.driver_ids),
            is_changed=one.is_changed,
            drive_minutes=one.drive_minutes,
            spare_cuft=one.spare_cuft,
            most_week_hours=one.most_week_hours,
        )
        for one in plan.planned
    ]
    left = [
        LeftOut(
            booking_id=one.job.booking_id,
            leg=one.job.leg,
            reference=one.job.reference,
            starts_at=one.job.window.starts_at,
            reason=one.reason,
            paper=one.paper,
        )
        for one in plan.left
    ]
    return PlanOut(plan=plan.name, is_best=plan.is_best, jobs=jobs, left_over=left)


@router.post("/auto-assign/preview", responses=problems(DayOver))
async def foresee_auto_assign(body: DayIn, actor: Dispatch, session: Read, request: Request) -> PlanOut:
    """The best teams for a day's jobs, and why a job is left over; nothing is changed.

    For owners, managers and dispatchers.
    """
    day = await service.read_day(session, actor, body)
    await session.close()  # no transaction waits for the solver
    return plan_out(await service.plan_day(resources_of(request).ports.solver, day))


@router.post(
    "/auto-assign",
    responses=problems(DayOver, PlanChanged, SlotTaken, ResourceNotFound, IllegalStep, NotEquipped, PapersEndBefore),
)
async def auto_assign(body: AutoAssignIn, actor: Dispatch, snapshot: Read, session: Write, request: Request) -> PlanOut:
    """Give a day's jobs the best teams, all or none; who is left over keeps what they have.

    For owners, managers and dispatchers.
    """
    day = await service.read_day(snapshot, actor, body)
    await snapshot.close()  # no transaction waits for the solver
    plan = await service.plan_day(resources_of(request).ports.solver, day)
    await service.apply_plan(session, actor, plan, body.plan)
    return plan_out(plan)


def swaps_out(swap: DaySwap) -> SwapsOut:
    jobs = [
        SwapOut(
            booking_id=one.job.booking_id,
            leg=one.job.leg,
            reference=one.job.reference,
            starts_at=one.job.window.starts_at,
            under_way=one.job.is_under_way,
            truck_ids=list(one.truck_ids),
            reason=one.reason,
            paper=one.paper,
        )
        for one in swap.jobs
    ]
    return SwapsOut(is_off=swap.is_off, jobs=jobs)


@router.post("/swap-truck/preview", responses=problems(DayOver, ResourceNotFound))
async def foresee_swap_truck(body: SwapTruckIn, actor: Dispatch, session: Read) -> SwapsOut:
    """Which trucks the day's jobs of a broken one would have instead; nothing is changed.

    For owners, managers and dispatchers.
    """
    return swaps_out(await service.foresee_swap(session, actor, body))


@router.post(
    "/swap-truck",
    responses=problems(
        DayOver, ResourceNotFound, PlanChanged, SlotTaken, WindowRefused, IllegalStep, NotEquipped, PapersEndBefore
    ),
)
async def swap_truck(body: SwapTruckIn, actor: Dispatch, session: Write) -> SwapsOut:
    """Give the day's jobs of a broken truck to others; when all are given away, it is off for the rest of the day.

    For owners, managers and dispatchers.
    """
    return swaps_out(await service.swap_truck(session, actor, body))
