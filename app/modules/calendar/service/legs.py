"""Jobs of several days as linked legs, each with its own window, trucks and people: all of them, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from app.modules.calendar import repository, rules
from app.modules.calendar.errors import SlotTaken
from app.modules.calendar.service.reservations import Ask, live, near, take_named
from app.modules.calendar.values import LegAsk, ResourceSpec
from app.runtime.db.session import ReadSession, WriteSession


async def reserve_legs(session: WriteSession, ask: Ask, legs: Sequence[LegAsk]) -> list[list[ResourceSpec]]:
    """Take what each leg asks for in its window, all or nothing, in the place of whatever the source has: what each was
    given. Between two legs a truck, person or piece is free for others, the drive there and back included.

    Locks: the resources of all legs in id order; with them all trucks, where days are limited.
    Raises: ResourceNotFound (404), SlotTaken (409) or DayFull (409) with the number of the `leg`; the caller's
    transaction keeps what there was by ending.
    """
    ids = {one for leg in legs for one in leg.may_take}
    locked = await repository.lock_for_sale(session, ask.org_id, sorted(ids))
    await repository.release_source(session, ask.org_id, ask.source_id)
    taken: list[list[ResourceSpec]] = []
    for number, leg in enumerate(legs):
        try:
            asked = replace(ask, window=leg.window, stops=leg.stops, parts=())
            taken.append(await take_named(session, asked, locked, leg.resource_ids, leg.any_of, is_alone=False))
        except SlotTaken as refused:
            refused.extensions["leg"] = number
            raise refused from None
    return taken


async def release_leg(session: WriteSession, org_id: UUID, source_id: UUID, leg: LegAsk) -> None:
    """Free what one leg of the source has taken; the other legs keep theirs. Locks: its reservations."""
    await repository.release_leg(session, org_id, source_id, leg.window, leg.resource_ids)


async def swap_leg(session: WriteSession, ask: Ask, old: LegAsk, new_ids: Sequence[UUID]) -> list[ResourceSpec]:
    """Give one leg these resources instead of those it has, all or nothing; the other legs keep theirs.

    Locks: old and new resources together, in id order.
    Raises: ResourceNotFound (404), SlotTaken (409).
    """
    locked = await repository.lock_resources(session, ask.org_id, [*old.resource_ids, *new_ids])
    await release_leg(session, ask.org_id, ask.source_id, old)
    return await take_named(session, ask, [one for one in locked if one.id in set(new_ids)], new_ids)


async def foresee_legs(session: ReadSession, ask: Ask, legs: Sequence[LegAsk]) -> bool:
    """Whether `reserve_legs` would take them, with nothing locked."""
    resources = await repository.list_resources(session, ask.org_id)
    for leg in legs:
        one = replace(ask, window=leg.window, stops=leg.stops)
        rows = [row for row in await near(session, one, resources, leg.window) if row.source_id != ask.source_id]
        free = {resource.id for resource in rules.free_in(resources, live(rows, ask.now), one.wanted)}
        if not free >= set(leg.resource_ids):
            return False
    return True
