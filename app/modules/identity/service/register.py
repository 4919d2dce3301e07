from __future__ import annotations

from app.kernel.actor import MoverMember, Role
from app.kernel.ids import new_id
from app.kernel.places import Place
from app.kernel.ports import Ports
from app.kernel.ports.geocoding import locate_place
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.events import Registered
from app.modules.identity.models import Member
from app.modules.identity.schemas import RegisterIn
from app.modules.identity.service.people import Newcomer, Person, new_user
from app.modules.identity.service.sessions import Device, SignedIn, open_session
from app.modules.identity.service.verify_email import send_verification
from app.modules.orgs import public as orgs
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources


async def locate_company(ports: Ports, body: RegisterIn) -> Place:
    """The ports step of registering. Raises: PlaceNotLocated (422)."""
    return await locate_place(ports.geocoder, body.organization.address, pointer="/organization/address")


async def register(
    session: WriteSession, resources: Resources, body: RegisterIn, address: Place, device: Device
) -> SignedIn:
    """A company as a draft, its owner, and the owner signed in.

    Raises: EmailTaken (409), SignInBusy (503). Emits: identity.registered, identity.email_verification_asked.
    """
    now = resources.clock.now()
    password_hash = await resources.passwords.hash(body.password)
    org_id = new_id()
    user = new_user(session.seals, Newcomer(body.email, body.full_name, password_hash), now)
    await repository.act_as(session, user_id=user.id, org_id=org_id)
    await repository.insert_user(session, user)
    organization = await orgs.create_company(session, org_id, body.organization, address, now)
    member = Member(org_id=org_id, id=new_id(), user_id=user.id, role=Role.OWNER, created_at=now)
    await repository.insert_member(session, member)
    person = Person(user.id, body.email, user.full_name, None, None, org_id, Role.OWNER, organization)
    tokens = await open_session(session, resources, person, device)
    await send_verification(session, resources, user.id)
    emit(session, Registered(org_id=org_id, user_id=user.id), now=now)
    owner = MoverMember(user.id, org_id, Role.OWNER, tokens.session_id, now)
    record(session, owner, Change("identity.registered", "company", org_id, after={"owner_id": user.id}))
    return SignedIn(person, tokens)
