"""The daily look at papers that end: whoever has one is told in time, once, however long no worker ran."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from app.kernel.actor import System
from app.kernel.ids import new_id
from app.modules.orgs import public as orgs
from app.modules.verification import repository, rules
from app.modules.verification.events import PapersNoticed
from app.modules.verification.service.lapses import IN_THE_MARKET, settle_lapses
from app.runtime.db.session import WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources

# Papers told of in one transaction: short enough that nobody waits for it.
MOST_AT_ONCE: Final = 1_000
MOST_COMPANIES: Final = 200
# Writes down what is due, so many at most, and tells the company of each.
Insert = Callable[[WriteSession, UUID, datetime, int], Awaitable[Sequence[UUID]]]


async def notice_papers(resources: Resources) -> int:
    """Write down every notice that is due and announce it, one event a company; how many that were: of papers that end,
    and of policies that a figure which rises makes too low.

    A second run finds nothing to do; two at once tell of each paper once. Emits: papers.noticed.
    """
    now, told = resources.clock.now(), 0
    rising = [partial(repository.insert_rise_notices, rise=rise) for rise in rules.rises(now.date())]
    inserts: list[Insert] = [repository.insert_due_notices, *rising]
    for insert in inserts:
        noticed = MOST_AT_ONCE
        while noticed == MOST_AT_ONCE:
            noticed = await notice_some(resources, now, insert)
            told += noticed
    return told


async def notice_some(resources: Resources, now: datetime, insert: Insert = repository.insert_due_notices) -> int:
    """One transaction of it; how many notices that were. Fewer than MOST_AT_ONCE: there is no more."""
    async with resources.database.write(Identity(Audience.WORKER)) as session:
        sweep_id = new_id()
        companies = await insert(session, sweep_id, now, MOST_AT_ONCE)
        if companies:
            events = (PapersNoticed(org_id=org_id, sweep_id=sweep_id) for org_id in dict.fromkeys(companies))
            emit(session, *events, now=now)
    return len(companies)


async def notice_withdrawn(session: WriteSession, actor: System, org_id: UUID, paper_id: UUID) -> None:
    """Have a withdrawn paper looked at and told of as one that has ended, at once; again: nothing is written. Of a
    company that is not in the market nothing depends on its papers.

    Raises: OrgNotFound (404). Emits: papers.noticed.
    """
    company = await orgs.company(session, org_id)
    if company.status not in IN_THE_MARKET:
        return
    sweep_id, zone = new_id(), company.timezone
    if await repository.insert_withdrawal_notice(
        session, org_id, paper_id, sweep_id=sweep_id, zone=zone, now=actor.now
    ):
        emit(session, PapersNoticed(org_id=org_id, sweep_id=sweep_id), now=actor.now)


async def settle_again(resources: Resources) -> None:
    """Look again at whoever has something lapsed: a driver's licence may be renewed, a truck retired."""
    after = UUID(int=0)
    while True:
        async with resources.database.read(Identity(Audience.WORKER)) as session:
            companies = await repository.list_lapsed_companies(session, after, MOST_COMPANIES)
        for org_id in companies:
            async with resources.database.write(Identity(Audience.WORKER, org_id=org_id)) as session:
                await settle_lapses(session, System(resources.clock.now()), org_id)
        if len(companies) < MOST_COMPANIES:
            return
        after = companies[-1]
