"""A job under way whose truck breaks down: another takes over the rest of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.kernel.actor import Mover
from app.modules.audit.public import fields_of
from app.modules.bookings import rules
from app.modules.bookings.models import Booking
from app.modules.bookings.service.asks import ask_of, leg_ask
from app.modules.bookings.service.eligibility import check_papers, trip_of
from app.modules.bookings.service.steps import Told, write_step
from app.modules.bookings.values import Leg
from app.modules.calendar import public as calendar
from app.modules.fleet import public as fleet
from app.runtime.db.session import WriteSession


async def give_rest(
    session: WriteSession,
    actor: Mover,
    booking: Booking,
    leg: int | None,
    truck_ids: Sequence[UUID],
    *,
    since: datetime,
) -> None:
    """Give the rest of a locked job, or of one leg of it, these trucks; it stays where it is, and so do its people.
    What the former trucks had until then stays in the calendar, and the history names both.

    Raises: ResourceNotFound (404), SlotTaken (409), CrewIncomplete (409), TruckTooSmall (409), NotEquipped (409),
    PapersEndBefore (409).
    """
    legs = rules.legs_from_json(booking.legs or ())
    had, crew = (booking.truck_ids, booking.driver_ids) if leg is None else (legs[leg].truck_ids, legs[leg].driver_ids)
    new = [one for one in truck_ids if one not in had]
    ask = ask_of(booking, actor)
    if leg is not None:
        part = leg_ask(booking, leg)
        ask = replace(ask, window=part.window, stops=part.stops)
    ask = replace(ask, window=calendar.Window(since, ask.window.ends_at))
    taken = await calendar.reserve_named(session, ask, new)
    before = fields_of(booking, ("truck_ids",) if leg is None else ("truck_ids", "legs"))
    known = {one.id: one for one in await calendar.list_resources(session, booking.org_id)}
    team = [known[one] for one in (*truck_ids, *crew) if one in known]
    if leg is None:
        booking.truck_ids, _ = rules.check_named(team, vars(booking))
    else:
        rules.check_leg([known[one] for one in had if one in known], team, booking.volume_cuft)
        _change_leg(booking, legs, leg, truck_ids)
    await check_papers(session, ask, trip_of(vars(booking)), taken)
    note = await _note(session, booking.org_id, [one for one in had if one not in truck_ids], new)
    told = Told("bookings.truck_replaced", before)
    await write_step(session, booking, actor, came_from=booking.status, note=note, told=told)


def _change_leg(booking: Booking, legs: list[Leg], number: int, truck_ids: Sequence[UUID]) -> None:
    legs[number] = replace(legs[number], truck_ids=tuple(truck_ids))
    for name, ids in rules.everybody_of(legs).items():
        setattr(booking, name, ids)
    booking.legs = rules.legs_to_json(legs)


async def _note(session: WriteSession, org_id: UUID, broken: Collection[UUID], new: Collection[UUID]) -> str:
    names = await fleet.truck_names(session, org_id, {*broken, *new})
    one, other = (", ".join(names.get(key, str(key)) for key in ids) for ids in (broken, new))
    return f"{one} broke down; {other} takes over."
