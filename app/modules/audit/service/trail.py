"""Writing: entries are gathered while a use case runs, and written together as its transaction's last statement."""

from __future__ import annotations

from typing import Final

from app.kernel.actor import Actor, Customer, LinkHolder, Mover, MoverMember, Staff
from app.modules.audit import repository, rules
from app.modules.audit.values import PLATFORM, Change, Content
from app.runtime import origin
from app.runtime.db.session import WriteSession
from app.runtime.telemetry.logs import request_id

GATHERED: Final = "audit entries"


def record(session: WriteSession, actor: Actor, change: Change) -> None:
    """Tell the trail of `change`; nothing is awaited and no lock is taken before the transaction's end.

    The request's id and network come from the request that runs. Raises: ValueError for a malformed action.
    """
    gathered: list[Content] | None = session.info.get(GATHERED)
    if gathered is None:
        gathered = session.info[GATHERED] = []
        session.put_off(_append)
    gathered.append(_content(actor, change))


async def _append(session: WriteSession) -> None:
    # One order for everybody who writes to several chains: two such transactions cannot wait for each other.
    contents = sorted(session.info.pop(GATHERED), key=lambda content: content.org_id)
    repository.append(session, contents)


def _content(actor: Actor, change: Change) -> Content:
    own = actor.org_id if isinstance(actor, Mover) else PLATFORM
    return Content(
        org_id=own if change.org_id is None else change.org_id,
        at=actor.now,
        action=rules.check_action(change.action),
        actor_kind=actor.kind.value,
        actor_id=actor.id if isinstance(actor, Mover | Customer | Staff) else None,
        actor_role=actor.role.value if isinstance(actor, MoverMember | Staff) and actor.role else None,
        resource=change.resource,
        resource_id=change.resource_id,
        changes=rules.differences(change.before, change.after),
        request_id=request_id.get() or None,
        # The trail is read by the company: where its customers are is not its own to know.
        network=None if isinstance(actor, Customer | LinkHolder) else rules.network_of(origin.address.get()),
    )
