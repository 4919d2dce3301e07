"""Signing in with a second factor: the password opens a challenge, a code answers it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from app.kernel.errors import TooManyRequests
from app.kernel.ids import new_id
from app.kernel.signing import BadToken
from app.modules.identity import repository
from app.modules.identity.errors import ChallengeRefused
from app.modules.identity.models import SecondFactorChallenge, User
from app.modules.identity.service.second_factor import takes_code
from app.modules.identity.service.sessions import Challenged, Device
from app.runtime.auth.opaque import make_token, read_token
from app.runtime.db.session import WriteSession
from app.runtime.resources import Resources

CHALLENGE_PURPOSE: Final = "mhf"
LIFETIME: Final = timedelta(minutes=5)
MOST_ATTEMPTS: Final = 5
# Over all challenges of a user: whoever has the password gets no more guesses by signing in again.
MOST_ATTEMPTS_AN_HOUR: Final = 20
HOUR: Final = timedelta(hours=1)


async def open_challenge(session: WriteSession, resources: Resources, user: User, device: Device) -> Challenged:
    now, challenge_id = resources.clock.now(), new_id()
    challenge = SecondFactorChallenge(
        id=challenge_id,
        user_id=user.id,
        transport=device.transport,
        attempts=0,
        created_at=now,
        expires_at=now + LIFETIME,
        used_at=None,
    )
    await repository.insert_challenge(session, challenge)
    return Challenged(make_token(resources.signer, CHALLENGE_PURPOSE, challenge_id, user.id), challenge.expires_at)


async def answer_challenge(
    session: WriteSession, resources: Resources, text: str, code: str
) -> tuple[User, SecondFactorChallenge] | None:
    """Who signs in, and as which challenge; None where the code is wrong: the attempt has to be committed.

    Locks: the factor, the challenge. Raises: ChallengeRefused (401), TooManyRequests (429).
    """
    now = resources.clock.now()
    challenge_id, user_id = _ids(resources, text)
    factor = await repository.lock_factor(session, user_id)
    challenge = await repository.lock_challenge(session, challenge_id, user_id)
    user = await repository.get_user(session, user_id)
    if factor is None or challenge is None or user is None or user.disabled_at is not None:
        raise ChallengeRefused
    if challenge.used_at is not None or challenge.expires_at <= now or challenge.attempts >= MOST_ATTEMPTS:
        raise ChallengeRefused
    if await repository.count_attempts(session, user_id, now - HOUR) >= MOST_ATTEMPTS_AN_HOUR:
        raise TooManyRequests(headers={"Retry-After": str(int(HOUR.total_seconds()))})
    challenge.attempts += 1
    if factor.confirmed_at is None or not await takes_code(session, resources, factor, code):
        return None
    challenge.used_at = now
    # A code that was right is no guess.
    challenge.attempts -= 1
    return user, challenge


def _ids(resources: Resources, text: str) -> tuple[UUID, UUID]:
    try:
        challenge_id, user_id = read_token(resources.signer, CHALLENGE_PURPOSE, text, ids=2)
    except BadToken:
        raise ChallengeRefused from None
    return challenge_id, user_id
