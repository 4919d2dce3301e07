"""A company's own figures: kept, and read for whoever estimates for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.kernel.actor import Mover
from app.modules.audit.public import Change, record
from app.modules.pricing import repository
from app.modules.pricing.rules.own import COMMON, Own, OwnItem, items_from_json, items_to_json, own_from_json
from app.modules.pricing.rules.own_figures import Told, changes_hours, told_from_json, told_to_json
from app.runtime.db.session import ReadSession, WriteSession


async def set_own_items(session: WriteSession, actor: Mover, items: Sequence[OwnItem]) -> None:
    """These things, and no others, are not as the catalogue has them, for estimates to come."""
    before = await list_own_items(session, actor)
    told = items_to_json(items)
    await repository.put_own(session, actor.org_id, {"items": told, "updated_at": actor.now})
    codes = ({"items": [item.code for item in before]}, {"items": [item.code for item in items]})
    record(session, actor, Change("pricing.own_items_set", "own_items", None, *codes))


async def list_own_items(session: ReadSession, actor: Mover) -> tuple[OwnItem, ...]:
    rows = await repository.list_own(session, [actor.org_id])
    return items_from_json(rows[0].items) if rows else ()


async def set_own_figures(session: WriteSession, actor: Mover, told: Told) -> None:
    """These figures, and no others, are the company's own, for estimates to come. Where others make its hours, its pace
    is learned anew, from the jobs that are completed from now on.
    """
    before = await list_own_figures(session, actor)
    kept: dict[str, Any] = {"figures": told_to_json(told), "updated_at": actor.now}
    if changes_hours(before, told):
        kept |= {"pace": None, "learning_since": actor.now}
    await repository.put_own(session, actor.org_id, kept)
    sides = ({"figures": told_to_json(before)}, {"figures": told_to_json(told)})
    record(session, actor, Change("pricing.own_figures_set", "own_figures", None, *sides))


async def list_own_figures(session: ReadSession, actor: Mover) -> Told:
    rows = await repository.list_own(session, [actor.org_id])
    return told_from_json(rows[0].figures) if rows else {}


async def own_of(session: ReadSession, org_id: UUID) -> Own:
    return (await own_of_all(session, [org_id])).get(org_id, COMMON)


async def own_of_all(session: ReadSession, org_ids: Sequence[UUID]) -> dict[UUID, Own]:
    """For the market: those that have figures of their own; one statement."""
    rows = await repository.list_own(session, org_ids)
    return {row.org_id: own_from_json(row.items, row.pace, row.figures) for row in rows}
