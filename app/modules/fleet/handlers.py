from __future__ import annotations

from app.modules.fleet.service.invitations import link_member
from app.modules.fleet.service.reseal import reseal_phones
from app.modules.identity.events import InvitationAccepted
from app.runtime.db.session import WriteSession
from app.runtime.jobs.handlers import Handlers, Work
from app.runtime.resources import Resources

handlers = Handlers()


@handlers.on("fleet.link_member", InvitationAccepted)
async def link_accepted(session: WriteSession, event: InvitationAccepted, work: Work) -> None:
    await link_member(session, work.actor, event)


@handlers.every("fleet.reseal", seconds=3_600)
async def reseal(resources: Resources) -> None:
    """After a change of the sealing key: no crew's number is left that needs the former one."""
    await reseal_phones(resources)
