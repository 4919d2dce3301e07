"""One-time codes: sent to a number or address, and taken once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.ids import new_id
from app.modules.customers import repository, rules
from app.modules.customers.events import CodeRequested
from app.modules.customers.models import OtpChallenge
from app.modules.customers.schemas import CodeRequestIn
from app.modules.customers.service.days import count_recipient, count_text
from app.modules.customers.service.seals import seals_of
from app.modules.customers.values import Channel
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources

SALT_BYTES: Final = 16
WORKER: Final = Identity(Audience.WORKER)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a code: from which network address, and for which customer's own; None: to sign in."""

    address: str
    customer_id: UUID | None = None


async def request_code(session: WriteSession, resources: Resources, body: CodeRequestIn, asked: Asked) -> OtpChallenge:
    """A challenge whose code is on its way; earlier ones to the recipient end. The same for known and unknown.

    Locks: what was sent to the recipient and asked for from the network address, by advisory locks; the
    counts of the recipient's, the number's prefix's and all numbers' day.
    Raises: TooManyRequests (429), TextsSpent (503), both with Retry-After. Emits: customers.code_requested.
    """
    now = resources.clock.now()
    seals, recipient = seals_of(resources), body.phone or body.email or ""
    channel = Channel.SMS if body.phone else Channel.EMAIL
    index = seals.index(channel, recipient)
    await repository.lock_sendings(session, index, asked.address)
    await _refuse_too_many(session, resources, index, asked.address, now)
    await repository.supersede_challenges(session, index, now)
    challenge_id = new_id()
    challenge = OtpChallenge(
        id=challenge_id,
        channel=channel,
        sealed_recipient=seals.seal_recipient(challenge_id, recipient),
        recipient_index=index,
        customer_id=asked.customer_id,
        sealed_warned=None,
        requested_from=asked.address,
        salt=secrets.token_bytes(SALT_BYTES),
        attempts_left=resources.settings.auth.otp_attempts,
        created_at=now,
        expires_at=now + timedelta(minutes=resources.settings.auth.otp_minutes),
        consumed_at=None,
    )
    await repository.insert_challenge(session, challenge)
    await count_recipient(session, resources, index, now)
    if body.phone is not None:
        await count_text(session, resources, body.phone, now)
    emit(session, CodeRequested(challenge_id=challenge.id), now=now)
    return challenge


async def _refuse_too_many(
    session: WriteSession, resources: Resources, index: bytes, address: str, now: datetime
) -> None:
    """Raises: TooManyRequests (429)."""
    limits = resources.settings.limits
    sent = await repository.count_sendings_to(session, index, now)
    asked = await repository.count_sendings_from(session, address, now)
    wait = max(
        rules.wait_for_resend(sent, timedelta(seconds=limits.otp_resend_seconds // limits.factor), now),
        rules.wait_for_hour(sent, limits.otp_per_recipient_hour * limits.factor, now),
        rules.wait_for_hour(asked, limits.otp_per_address_hour * limits.factor, now),
    )
    if wait > timedelta(0):
        raise rules.too_many(wait)


async def show_challenge(session: ReadSession, challenge_id: UUID) -> OtpChallenge | None:
    """The challenge, used or not; None: it is forgotten. For the worker."""
    return await repository.get_challenge(session, challenge_id)


async def open_challenge(session: ReadSession, challenge_id: UUID, now: datetime) -> OtpChallenge | None:
    """The challenge while its code is good: neither used, superseded nor expired."""
    challenge = await repository.get_challenge(session, challenge_id)
    if challenge is None or challenge.consumed_at is not None or challenge.expires_at <= now:
        return None
    return challenge


def code_of(resources: Resources, challenge: OtpChallenge) -> str:
    return rules.code_of(resources.pepper, challenge.id, challenge.salt)


async def take_code(
    session: WriteSession, resources: Resources, challenge_id: UUID, code: str, customer_id: UUID | None = None
) -> AnyRow | None:
    """The challenge of a code that is right, spent with it: the customer's own, or one to sign in with. None: refused.

    Told by None, not raised: the spent try must be committed.
    Locks: the challenge.
    """
    now = resources.clock.now()
    challenge = await repository.take_attempt(session, challenge_id, customer_id, now)
    if challenge is None or not rules.is_code(code, resources.pepper, challenge_id, challenge.salt):
        return None
    await repository.consume_challenge(session, challenge_id, now)
    return challenge


def recipient_of(resources: Resources, challenge: OtpChallenge) -> str:
    return seals_of(resources).recipient(challenge.id, challenge.sealed_recipient)


def warned_of(resources: Resources, challenge: OtpChallenge) -> str | None:
    """Who is told that an address has become a customer's; None: it has not."""
    return seals_of(resources).warned(challenge)


async def forget_old_codes(resources: Resources) -> None:
    """Delete codes and sessions that have served their time, a batch in a transaction. As the worker."""
    now = resources.clock.now()
    old = (repository.delete_old_challenges, repository.delete_old_days, repository.delete_ended_sessions)
    for delete_batch in old:
        is_more = True
        while is_more:
            async with resources.database.write(WORKER) as session:
                is_more = await delete_batch(session, now)
