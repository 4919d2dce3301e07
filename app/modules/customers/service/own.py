"""Who am I, where am I signed in, and what of it may I change."""

from __future__ import annotations

from uuid import UUID

from app.kernel.actor import Customer as CustomerActor
from app.kernel.versions import check_version
from app.modules.audit.public import Change, record
from app.modules.customers import repository
from app.modules.customers.errors import CustomerNotFound, CustomerSessionNotFound
from app.modules.customers.events import AddressChanged
from app.modules.customers.models import Customer, CustomerSession
from app.modules.customers.schemas import CustomerPatch
from app.modules.customers.service import codes
from app.modules.customers.service.seals import FIELDS, seals_of
from app.modules.customers.values import CustomerSnapshot
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources


async def show_me(session: ReadSession, resources: Resources, actor: CustomerActor) -> CustomerSnapshot:
    """Raises: CustomerNotFound (404)."""
    customer = await repository.get_customer(session, actor.customer_id)
    if customer is None:
        raise CustomerNotFound
    return seals_of(resources).snapshot(customer)


async def change_me(
    session: WriteSession,
    resources: Resources,
    actor: CustomerActor,
    patch: CustomerPatch,
    expected_version: int | None,
) -> CustomerSnapshot:
    """Locks: the customer's row. Raises: CustomerNotFound (404), PreconditionFailed (412)."""
    customer = await _lock_me(session, actor)
    check_version(customer.version, expected_version)
    customer.change(actor.now, full_name=patch.full_name)
    return seals_of(resources).snapshot(customer)


async def change_address(
    session: WriteSession, resources: Resources, actor: CustomerActor, challenge_id: UUID, code: str
) -> CustomerSnapshot | None:
    """The number or address becomes the customer's own; who had it before is told, other sessions end. None: refused.

    Told by None, not raised: the spent try must be committed.
    Locks: the challenge, then the customer's row.
    Raises: CustomerNotFound (404), AddressTaken (409). Emits: customers.address_changed.
    """
    challenge = await codes.take_code(session, resources, challenge_id, code, actor.customer_id)
    if challenge is None:
        return None
    customer, seals = await _lock_me(session, actor), seals_of(resources)
    known, recipient = seals.snapshot(customer), seals.recipient(challenge_id, challenge.sealed_recipient)
    field = FIELDS[challenge.channel]
    before = getattr(known, field)
    if recipient == before:
        return known
    # Where there was none of this kind, the one by which they are known is told of the second.
    warned: str = before or known.email or known.phone or ""
    await repository.note_warned(session, challenge_id, seals.seal_warned(challenge_id, warned))
    seals.put(customer, challenge.channel, recipient)
    customer.change(actor.now)
    await session.flush()
    await repository.revoke_sessions(session, customer.id, actor.now, but=actor.session_id)
    emit(session, AddressChanged(customer_id=customer.id, challenge_id=challenge_id), now=actor.now)
    change = Change("customers.address_changed", "customer", customer.id, {field: before}, {field: recipient})
    record(session, actor, change)
    return seals.snapshot(customer)


async def list_sessions(session: ReadSession, actor: CustomerActor) -> list[CustomerSession]:
    """Where the customer is signed in, the latest used first."""
    return await repository.list_live_sessions(session, actor.customer_id, actor.now)


async def end_session(session: WriteSession, actor: CustomerActor, session_id: UUID) -> None:
    """Raises: CustomerSessionNotFound (404) for one that is another's, or has ended."""
    if not await repository.end_live_session(session, actor.customer_id, session_id, actor.now):
        raise CustomerSessionNotFound


async def _lock_me(session: WriteSession, actor: CustomerActor) -> Customer:
    """Raises: CustomerNotFound (404)."""
    customer = await repository.lock_customer(session, actor.customer_id)
    if customer is None or customer.erased_at is not None:
        raise CustomerNotFound
    return customer
