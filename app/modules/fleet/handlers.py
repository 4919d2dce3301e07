from __future__ import annotations

from app.modules.fleet.service.invitations import link_member
from app.modules.identity.events import InvitationAccepted
from app.runtime.db.session import WriteSession
from app.runtime.jobs.handlers import Handlers, Work

handlers = Handlers()


@handlers.on("fleet.link_member", InvitationAccepted)
async def link_accepted(session: WriteSession, event: InvitationAccepted, work: Work) -> None:
    await link_member(session, work.actor, event)
