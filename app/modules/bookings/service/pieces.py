"""Pieces of equipment that a job asks for by their kind: which of them may go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from app.modules.bookings.errors import NotEquipped
from app.modules.fleet import public as fleet
from app.modules.fleet.public import EquipmentKind
from app.runtime.db.session import ReadSession

Wish = tuple[Sequence[EquipmentKind], Sequence[UUID]]
Choices = tuple[tuple[UUID, ...], ...]


async def pieces_for(session: ReadSession, org_id: UUID, wishes: Sequence[Wish]) -> list[Choices]:
    """For each wish, of kinds beside pieces that are named anyway, what will do for each of its kinds.

    Raises: NotEquipped (409) where the company has fewer in service than are asked for.
    """
    kinds = {kind for asked, _ in wishes for kind in asked}
    if not kinds:
        return [() for _ in wishes]
    known = await fleet.pieces_of(session, org_id, kinds)
    return [_choices(asked, named, known) for asked, named in wishes]


def _choices(asked: Sequence[EquipmentKind], named: Sequence[UUID], known: dict[EquipmentKind, list[UUID]]) -> Choices:
    others = {kind: tuple(one for one in known.get(kind, ()) if one not in named) for kind in asked}
    missing = sorted(kind for kind, count in Counter(asked).items() if len(others[kind]) < count)
    if missing:
        raise NotEquipped("Your company has too few pieces of that kind in service.", missing=missing)
    return tuple(others[kind] for kind in asked)
