from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.kernel.actor import MoverMember, Role, Staff
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.errors import BadCredentials, NoMembership
from app.modules.identity.models import User
from app.modules.identity.rules import UNKNOWN_NETWORK, coarse_network
from app.modules.identity.schemas import AnswerChallengeIn
from app.modules.identity.service.challenges import answer_challenge, open_challenge
from app.modules.identity.service.people import Person, member_person, staff_person
from app.modules.identity.service.second_factor import company_demands
from app.modules.identity.service.sessions import Challenged, Device, SignedIn, open_session
from app.runtime import origin
from app.runtime.db.session import Database, WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources


async def is_known_place(resources: Resources, email: str) -> bool:
    """Whether the account has signed in from this network within the time that a session lasts at the most."""
    network = coarse_network(origin.address.get())
    if network == UNKNOWN_NETWORK:
        return False
    since = resources.clock.now() - timedelta(days=resources.settings.auth.session_days)
    async with resources.database.read(Identity(Audience.SIGNIN)) as session:
        return await repository.has_signed_in_from(session, email, network, since)


async def find_by_password(resources: Resources, email: str, password: str) -> User:
    """The user of this address and password, read in a short transaction of its own: hashing takes a while.

    An unknown address costs the same hash as a wrong password. Raises: BadCredentials (401), SignInBusy (503).
    """
    database: Database = resources.database
    async with database.read(Identity(Audience.SIGNIN)) as session:
        user = await repository.find_user_by_email(session, email)
    usable = user is not None and user.disabled_at is None
    matches = await resources.passwords.verify(user.password_hash if user and usable else None, password)
    if user is None or not matches:
        raise BadCredentials
    return user


async def sign_in(
    session: WriteSession, resources: Resources, user: User, password: str, device: Device
) -> SignedIn | Challenged:
    """A session for a recognised user, or a challenge for one with a second factor. Re-hashes an outdated password.

    Locks: the user, so that whoever changes the password or the second factor meanwhile ends this session too, or
    comes first, and the password that was looked at is not good any more.
    Raises: BadCredentials (401), NoMembership (403).
    """
    standing = await repository.get_standing_for_sign_in(session, user.id)
    if standing is None or standing.password_hash != user.password_hash or standing.disabled_at is not None:
        raise BadCredentials
    if resources.passwords.needs_rehash(user.password_hash):
        await repository.update_password_hash(session, user.id, await resources.passwords.hash(password))
    if await repository.has_factor(session, user.id):
        return await open_challenge(session, resources, user, device)
    person = await _person(session, user)
    enrol_only = await _must_enrol(session, resources, person)
    tokens = await open_session(session, resources, person, device, enrol_only=enrol_only)
    _tell_trail(session, person, tokens.session_id, resources.clock.now())
    return SignedIn(person, tokens, enrol_only)


async def sign_in_with_code(
    session: WriteSession, resources: Resources, body: AnswerChallengeIn, user_agent: str
) -> SignedIn | None:
    """The session that a challenge stood before; None where the code is wrong: the attempt has to be committed.

    Locks: the factor, the challenge. Raises: ChallengeRefused (401), NoMembership (403), TooManyRequests (429).
    """
    answered = await answer_challenge(session, resources, body.challenge, body.code)
    if answered is None:
        return None
    user, challenge = answered
    person = await _person(session, user)
    tokens = await open_session(session, resources, person, Device(challenge.transport, user_agent))
    _tell_trail(session, person, tokens.session_id, resources.clock.now())
    return SignedIn(person, tokens)


def _tell_trail(session: WriteSession, person: Person, session_id: UUID, now: datetime) -> None:
    actor: MoverMember | Staff = Staff(person.user_id, session_id, now, person.staff_role)
    if person.org_id is not None and person.role is not None:
        actor = MoverMember(person.user_id, person.org_id, person.role, session_id, now)
    record(session, actor, Change("identity.signed_in", "session", session_id))


async def _must_enrol(session: WriteSession, resources: Resources, person: Person) -> bool:
    if person.org_id is None:
        return not person.email.endswith(resources.settings.auth.second_factor_exempt)
    return await company_demands(session, person.user_id, person.org_id)


async def _person(session: WriteSession, user: User) -> Person:
    if user.staff_role is not None:
        return staff_person(session.seals, user)
    await repository.act_as(session, user_id=user.id, org_id=None)
    memberships = await repository.list_memberships(session, user.id)
    if not memberships:
        raise NoMembership
    org_id, role = memberships[0]
    await repository.act_as(session, user_id=user.id, org_id=org_id)
    return await member_person(session, user, org_id, Role(role))
