"""What the family at the door may see of a move, by a link that needs no sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.actor import LinkHolder
from app.modules.bookings import repository
from app.modules.bookings.service.given_links import TRACKING, Opened, as_company, open_given
from app.runtime.db.base import AnyRow
from app.runtime.db.session import Database


@dataclass(frozen=True, slots=True)
class Tracked:
    opened: Opened
    steps: Sequence[AnyRow]


async def track(database: Database, holder: LinkHolder) -> Tracked:
    """The booking behind a link, read in a short transaction as its company.

    Raises: SignedLinkRefused (404) when it was withdrawn, cancelled or erased.
    """
    async with database.read(as_company(holder)) as session:
        opened = await open_given(session, TRACKING, holder)
        return Tracked(opened, await repository.list_steps(session, holder.org_id, holder.booking_id))
