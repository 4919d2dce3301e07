"""The SQL of second factors, their challenges, and who demands them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.identity.models import (
    RecoveryCode,
    SecondFactor,
    SecondFactorChallenge,
    SignInPolicy,
)
from app.runtime.db.locks import lock_name, share_name
from app.runtime.db.session import ReadSession, WriteSession


async def lock_factor(session: WriteSession, user_id: UUID) -> SecondFactor | None:
    query = sa.select(SecondFactor).where(SecondFactor.user_id == user_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def has_factor(session: ReadSession, user_id: UUID) -> bool:
    """Whether a second factor is in force."""
    query = sa.select(SecondFactor.user_id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return (await session.execute(query)).scalar_one_or_none() is not None


async def insert_factor(session: WriteSession, factor: SecondFactor) -> None:
    session.add(factor)
    await session.flush()


async def delete_factor(session: WriteSession, user_id: UUID) -> None:
    """With its recovery codes."""
    await session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    await session.execute(sa.delete(SecondFactor).where(SecondFactor.user_id == user_id))


async def replace_recovery_codes(session: WriteSession, user_id: UUID, codes: Sequence[RecoveryCode]) -> None:
    await session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(codes)
    await session.flush()


async def spend_recovery_code(session: WriteSession, user_id: UUID, code_hash: bytes, now: datetime) -> bool:
    query = sa.update(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None)
    )
    return (await session.execute(query.values(used_at=now).returning(RecoveryCode.id))).first() is not None


async def insert_challenge(session: WriteSession, challenge: SecondFactorChallenge) -> None:
    session.add(challenge)
    await session.flush()


async def spend_challenges(session: WriteSession, user_id: UUID, now: datetime) -> None:
    """What waits for a code is answered by none any more."""
    query = sa.update(SecondFactorChallenge).where(
        SecondFactorChallenge.user_id == user_id, SecondFactorChallenge.used_at.is_(None)
    )
    await session.execute(query.values(used_at=now))


async def lock_challenge(session: WriteSession, challenge_id: UUID, user_id: UUID) -> SecondFactorChallenge | None:
    query = sa.select(SecondFactorChallenge).where(
        SecondFactorChallenge.id == challenge_id, SecondFactorChallenge.user_id == user_id
    )
    return (await session.execute(query.with_for_update())).scalar_one_or_none()


async def count_attempts(session: ReadSession, user_id: UUID, since: datetime) -> int:
    """Wrong codes over all challenges of a user that were opened since then."""
    query = sa.select(sa.func.coalesce(sa.func.sum(SecondFactorChallenge.attempts), 0)).where(
        SecondFactorChallenge.user_id == user_id, SecondFactorChallenge.created_at >= since
    )
    return int((await session.execute(query)).scalar_one())


async def delete_challenges(session: WriteSession, before: datetime) -> None:
    """Those that expired before this instant."""
    delete = sa.delete(SecondFactorChallenge).where(SecondFactorChallenge.expires_at < before)
    await session.execute(delete.execution_options(synchronize_session=False))


async def lock_factor_demand(session: WriteSession, org_id: UUID) -> None:
    """Change what a company demands while no session is opened for it by the demand before."""
    await lock_name(session, f"sign-in policy {org_id}")


async def keep_factor_demand(session: WriteSession, org_id: UUID) -> None:
    """What a company demands stays as it is until the transaction has ended."""
    await share_name(session, f"sign-in policy {org_id}")


async def get_factor_demand(session: ReadSession, org_id: UUID) -> bool:
    query = sa.select(SignInPolicy.second_factor_required).where(SignInPolicy.org_id == org_id)
    return bool((await session.execute(query)).scalar_one_or_none())


async def put_factor_demand(session: WriteSession, org_id: UUID, required: bool, now: datetime) -> None:  # noqa: FBT001 - a column's value
    values = {"second_factor_required": required, "updated_at": now}
    insert = pg.insert(SignInPolicy).values(org_id=org_id, **values)
    await session.execute(insert.on_conflict_do_update(index_elements=[SignInPolicy.org_id], set_=values))
