"""Signing in with a code, and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.kernel.actor import Customer as CustomerActor
from app.kernel.ids import new_id
from app.modules.customers import repository
from app.modules.customers.models import Customer, CustomerSession
from app.modules.customers.service import codes
from app.modules.customers.service.seals import seals_of
from app.modules.customers.values import CustomerSnapshot
from app.runtime.auth.credentials import CUSTOMER_PURPOSE
from app.runtime.auth.opaque import make_token, token_hash
from app.runtime.db.session import WriteSession
from app.runtime.resources import Resources


@dataclass(frozen=True, slots=True)
class SignedIn:
    customer: CustomerSnapshot
    session_id: UUID
    session_token: str
    expires_at: datetime


async def verify_code(session: WriteSession, resources: Resources, challenge_id: UUID, code: str) -> SignedIn | None:
    """A session for whoever received the code; the first code makes the customer. None: refused.

    Told by None, not raised: the spent try must be committed.
    Locks: the challenge.
    """
    challenge = await codes.take_code(session, resources, challenge_id, code)
    if challenge is None:
        return None
    seals, now = seals_of(resources), resources.clock.now()
    newcomer = Customer(id=new_id(), version=1, created_at=now, updated_at=now)
    seals.put(newcomer, challenge.channel, seals.recipient(challenge_id, challenge.sealed_recipient))
    customer = await repository.find_or_insert_customer(session, newcomer, challenge.channel)
    return await _open_session(session, resources, seals.snapshot(customer), now)


async def _open_session(
    session: WriteSession, resources: Resources, customer: CustomerSnapshot, now: datetime
) -> SignedIn:
    session_id = new_id()
    token = make_token(resources.signer, CUSTOMER_PURPOSE, customer.id, session_id)
    expires_at = now + timedelta(days=resources.settings.auth.customer_session_days)
    opened = CustomerSession(
        id=session_id,
        customer_id=customer.id,
        token_hash=token_hash(token),
        created_at=now,
        last_used_at=now,
        expires_at=expires_at,
        revoked_at=None,
    )
    await repository.insert_session(session, opened)
    return SignedIn(customer, session_id, token, expires_at)


async def log_out(session: WriteSession, actor: CustomerActor) -> None:
    """End this session: its token is refused from the next request on."""
    await repository.revoke_session(session, actor.session_id, actor.now)
