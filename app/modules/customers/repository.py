from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import InstrumentedAttribute

from app.modules.customers.models import Customer, CustomerSession, OtpChallenge, OtpDay
from app.modules.customers.rules import HOUR, Sendings
from app.modules.customers.values import Channel
from app.runtime.db.base import AnyRow, table_of
from app.runtime.db.locks import lock_name
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.spelling import escaped

BATCH = 2_000
MOST_SESSIONS = 100
DAY = timedelta(days=1)
SESSIONS = table_of(CustomerSession)


CUSTOMERS = sa.select(Customer.id, Customer.phone_index.is_not(None).label("has_phone")).subquery("customers")


async def lock_sendings(session: WriteSession, recipient_index: bytes, address: str) -> None:
    """One request at a time counts and sends, to a recipient and from an address: held to the transaction's end."""
    await lock_name(session, f"customers.otp to {recipient_index.hex()}")
    await lock_name(session, f"customers.otp from {address}")


async def count_sendings_to(session: ReadSession, recipient_index: bytes, now: datetime) -> Sendings:
    return await _count(session, OtpChallenge.recipient_index == recipient_index, now)


async def count_sendings_from(session: ReadSession, address: str, now: datetime) -> Sendings:
    return await _count(session, OtpChallenge.requested_from == address, now)


async def _count(session: ReadSession, whose: sa.ColumnElement[bool], now: datetime) -> Sendings:
    sent_at = OtpChallenge.created_at
    query = sa.select(sa.func.count(), sa.func.min(sent_at), sa.func.max(sent_at)).where(whose, sent_at > now - HOUR)
    return Sendings(*(await session.execute(query)).one())


async def count_on_day(session: WriteSession, subject: str, day: date, most: int) -> int | None:
    """Count one more code to the subject: the how many-th it is; None, and nothing counted, when `most` have gone.

    Locks: the subject's day, to the transaction's end.
    """
    first = pg.insert(OtpDay).values(subject=subject, day=day, sent=1)
    query = first.on_conflict_do_update(
        index_elements=["subject", "day"], set_={"sent": OtpDay.sent + 1}, where=OtpDay.sent < most
    ).returning(OtpDay.sent)
    return (await session.execute(query)).scalar_one_or_none()


async def list_day(session: ReadSession, day: date, most: int) -> Sequence[tuple[str, int]]:
    """The subjects of the day that most codes went to, and how many; of recipients none, for staff."""
    query = sa.select(OtpDay.subject, OtpDay.sent).where(OtpDay.day == day)
    rows = await session.execute(query.order_by(OtpDay.sent.desc(), OtpDay.subject).limit(most))
    return [(subject, sent) for subject, sent in rows]


async def supersede_challenges(session: WriteSession, recipient_index: bytes, now: datetime) -> None:
    query = sa.update(OtpChallenge).where(
        OtpChallenge.recipient_index == recipient_index, OtpChallenge.consumed_at.is_(None)
    )
    await session.execute(query.values(consumed_at=now))


async def insert_challenge(session: WriteSession, challenge: OtpChallenge) -> None:
    session.add(challenge)
    await session.flush()


async def get_challenge(session: ReadSession, challenge_id: UUID) -> OtpChallenge | None:
    query = sa.select(OtpChallenge).where(OtpChallenge.id == challenge_id)
    return (await session.execute(query)).scalar_one_or_none()


async def take_attempt(
    session: WriteSession, challenge_id: UUID, customer_id: UUID | None, now: datetime
) -> AnyRow | None:
    """Count one try against a live challenge of this customer, or None's, before its code is looked at.

    None: there is nothing to try.

    Locks: the challenge, so that tries at the same time are counted one after the other.
    """
    query = (
        sa.update(OtpChallenge)
        .where(
            OtpChallenge.id == challenge_id,
            OtpChallenge.customer_id.is_not_distinct_from(customer_id),
            OtpChallenge.attempts_left > 0,
            OtpChallenge.consumed_at.is_(None),
            OtpChallenge.expires_at > now,
        )
        .values(attempts_left=OtpChallenge.attempts_left - 1)
        .returning(OtpChallenge.channel, OtpChallenge.sealed_recipient, OtpChallenge.salt)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(query)).one_or_none()


async def consume_challenge(session: WriteSession, challenge_id: UUID, now: datetime) -> None:
    await session.execute(sa.update(OtpChallenge).where(OtpChallenge.id == challenge_id).values(consumed_at=now))


async def note_warned(session: WriteSession, challenge_id: UUID, sealed_warned: bytes) -> None:
    query = sa.update(OtpChallenge).where(OtpChallenge.id == challenge_id)
    await session.execute(query.values(sealed_warned=sealed_warned))


async def find_or_insert_customer(session: WriteSession, customer: Customer, channel: Channel) -> Customer:
    """The customer of this phone number or address: `customer` itself, or the one who was there first."""
    column = _index_of(channel)
    row = {attribute.key: getattr(customer, attribute.key) for attribute in sa.inspect(Customer).column_attrs}
    await session.execute(pg.insert(Customer).values(row).on_conflict_do_nothing(index_elements=[column]))
    # A statement of its own: it sees the row of whoever was faster.
    found = await session.execute(sa.select(Customer).where(column == row[column.key]))
    return found.scalar_one()


async def find_customer(session: ReadSession, channel: Channel, index: bytes) -> Customer | None:
    return (await session.execute(sa.select(Customer).where(_index_of(channel) == index))).scalar_one_or_none()


async def list_named(session: ReadSession, name: str, most: int) -> Sequence[Customer]:
    """Whoever has told a name that sounds like it, the latest first."""
    named = sa.func.app.customers_named(escaped(name), name, most).table_valued("id")
    query = sa.select(Customer).where(Customer.id.in_(sa.select(named.c.id)))
    return (await session.execute(query.order_by(Customer.created_at.desc(), Customer.id))).scalars().all()


def _index_of(channel: Channel) -> InstrumentedAttribute[bytes | None]:
    return Customer.phone_index if channel is Channel.SMS else Customer.email_index


async def insert_session(session: WriteSession, customer_session: CustomerSession) -> None:
    session.add(customer_session)
    await session.flush()


async def revoke_session(session: WriteSession, session_id: UUID, now: datetime) -> None:
    query = sa.update(CustomerSession).where(CustomerSession.id == session_id, CustomerSession.revoked_at.is_(None))
    await session.execute(query.values(revoked_at=now))


async def get_customer(session: ReadSession, customer_id: UUID) -> Customer | None:
    return (await session.execute(sa.select(Customer).where(Customer.id == customer_id))).scalar_one_or_none()


async def lock_customer(session: WriteSession, customer_id: UUID) -> Customer | None:
    query = sa.select(Customer).where(Customer.id == customer_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_session_rows(session: ReadSession, customer_id: UUID) -> list[dict[str, Any]]:
    """The customer's sessions, without what their tokens hash to."""
    kept = [column for column in SESSIONS.c if column.name != "token_hash"]
    query = sa.select(*kept).where(SESSIONS.c.customer_id == customer_id).order_by(SESSIONS.c.id)
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def revoke_sessions(session: WriteSession, customer_id: UUID, now: datetime, *, but: UUID | None = None) -> None:
    """End every session of the customer, or every other than `but`."""
    query = sa.update(CustomerSession).where(
        CustomerSession.customer_id == customer_id, CustomerSession.revoked_at.is_(None)
    )
    if but is not None:
        query = query.where(CustomerSession.id != but)
    await session.execute(query.values(revoked_at=now))


async def list_live_sessions(session: ReadSession, customer_id: UUID, now: datetime) -> list[CustomerSession]:
    query = sa.select(CustomerSession).where(*_live_sessions(customer_id, now))
    latest = query.order_by(CustomerSession.last_used_at.desc(), CustomerSession.id.desc()).limit(MOST_SESSIONS)
    return list((await session.execute(latest)).scalars())


async def end_live_session(session: WriteSession, customer_id: UUID, session_id: UUID, now: datetime) -> bool:
    """End one session of the customer; False: there is no such one."""
    query = sa.update(CustomerSession).where(*_live_sessions(customer_id, now), CustomerSession.id == session_id)
    ended = await session.execute(query.values(revoked_at=now).returning(CustomerSession.id))
    return ended.one_or_none() is not None


def _live_sessions(customer_id: UUID, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        CustomerSession.customer_id == customer_id,
        CustomerSession.revoked_at.is_(None),
        CustomerSession.expires_at > now,
    )


async def list_erased(session: ReadSession) -> list[tuple[UUID, datetime]]:
    """Who was erased, and when: across customers, for the worker."""
    query = sa.select(Customer.id, Customer.erased_at).where(Customer.erased_at.is_not(None)).order_by(Customer.id)
    return [(row.id, row.erased_at) for row in await session.execute(query)]


async def delete_old_challenges(session: WriteSession, now: datetime) -> bool:
    """Delete a batch of what no limit counts any more; whether there may be more."""
    # Whoever is to be told of a change is, be the worker away for a day.
    kept_until = sa.case((OtpChallenge.sealed_warned.is_(None), now - HOUR), else_=now - DAY)
    old = sa.select(OtpChallenge.id).where(OtpChallenge.created_at <= kept_until).limit(BATCH)
    deleted = sa.delete(OtpChallenge).where(OtpChallenge.id.in_(old)).returning(OtpChallenge.id)
    return len((await session.execute(deleted)).all()) == BATCH


async def delete_old_days(session: WriteSession, now: datetime) -> bool:
    """Delete a batch of the counts of past days; whether there may be more."""
    old = sa.select(OtpDay.subject, OtpDay.day).where(OtpDay.day < now.date()).limit(BATCH)
    deleted = sa.delete(OtpDay).where(sa.tuple_(OtpDay.subject, OtpDay.day).in_(old)).returning(OtpDay.day)
    return len((await session.execute(deleted)).all()) == BATCH


async def delete_ended_sessions(session: WriteSession, now: datetime) -> bool:
    """Delete a batch of expired sessions; whether there may be more."""
    old = sa.select(CustomerSession.id).where(CustomerSession.expires_at <= now).limit(BATCH)
    deleted = sa.delete(CustomerSession).where(CustomerSession.id.in_(old)).returning(CustomerSession.id)
    return len((await session.execute(deleted)).all()) == BATCH
