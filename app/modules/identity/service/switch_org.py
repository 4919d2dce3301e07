"""A user of several companies goes from one to another: with a session of its own for each, so that none is for two."""

from __future__ import annotations

from uuid import UUID

from app.kernel.actor import MoverMember, Role
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.errors import NotYourCompany
from app.modules.identity.schemas import MembershipOut
from app.modules.identity.service.callers import lock_caller
from app.modules.identity.service.people import member_person
from app.modules.identity.service.second_factor import company_demands
from app.modules.identity.service.sessions import Device, SignedIn, open_session
from app.modules.orgs import public as orgs
from app.runtime.db.session import WriteSession
from app.runtime.resources import Resources


async def list_memberships(session: WriteSession, actor: MoverMember) -> list[MembershipOut]:
    """The caller's companies, the one last used first. Raises: SessionEnded (401)."""
    await lock_caller(session, actor, is_enrolment=True)
    await repository.act_as(session, user_id=actor.user_id, org_id=None)
    found = []
    for org_id, role in await repository.list_memberships(session, actor.user_id):
        await repository.act_as(session, user_id=actor.user_id, org_id=org_id)
        found.append(MembershipOut(organization_id=org_id, name=await orgs.company_name(session, org_id), role=role))
    return found


async def switch_org(
    session: WriteSession, resources: Resources, actor: MoverMember, org_id: UUID, user_agent: str
) -> SignedIn:
    """A session for another company in place of this one; it may only enrol where that company demands a second factor
    that is missing.

    Locks: what that company demands, then the session, as whoever changes the demand does with others' sessions.
    Raises: SessionEnded (401), NotYourCompany (404).
    """
    await repository.keep_factor_demand(session, org_id)
    caller = await lock_caller(session, actor, is_enrolment=True)
    await repository.act_as(session, user_id=actor.user_id, org_id=None)
    roles = {one: Role(role) for one, role in await repository.list_memberships(session, actor.user_id)}
    if org_id not in roles:
        raise NotYourCompany
    demands = await company_demands(session, actor.user_id, org_id)
    enrol_only = demands and not await repository.has_factor(session, actor.user_id)
    person = await member_person(session, caller.user, org_id, roles[org_id])
    device = Device(caller.login.transport, user_agent)
    tokens = await open_session(session, resources, person, device, enrol_only=enrol_only)
    await repository.revoke_session(session, actor.session_id, actor.now)
    acting = MoverMember(actor.user_id, org_id, roles[org_id], tokens.session_id, actor.now)
    record(session, acting, Change("identity.signed_in", "session", tokens.session_id))
    return SignedIn(person, tokens, enrol_only)
