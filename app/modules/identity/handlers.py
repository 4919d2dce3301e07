from __future__ import annotations

from collections.abc import Sequence

from app.modules.identity import repository
from app.modules.identity.events import RefreshReplayed, Registered
from app.runtime.db.session import ReadSession
from app.runtime.jobs.handlers import Handlers, Outgoing, Work

handlers = Handlers()

WELCOME = (
    "Hello {name},\n\nyour company is registered. Before customers can find it, it needs a truck, a driver, an "
    "insurance policy and a price list; then send it for verification:\n\n"
    "GET {url}/v1/org/verification tells what is still missing.\n\nThe API is described at {url}/docs.\n"
)
REPLAYED = (
    "Hello {name},\n\na sign-in token of yours that had been spent was used once more at {at:%Y-%m-%d %H:%M} UTC. "
    "That happens when a copy of it is in other hands, so we have ended the sign-in it belongs to.\n\n"
    "Sign in again. If you cannot explain it, change your password and end all other sessions.\n"
)


@handlers.deliver("identity.welcome_owner", Registered)
async def welcome_owner(session: ReadSession, event: Registered, work: Work) -> Sequence[Outgoing]:
    person = await repository.get_user_address(session, event.user_id)
    if person is None:
        return ()
    text = WELCOME.format(name=person.full_name, url=work.resources.settings.http.public_url)
    return (work.mail(person.email, "Welcome to MoveHub", text),)


@handlers.deliver("identity.warn_of_replay", RefreshReplayed)
async def warn_of_replay(session: ReadSession, event: RefreshReplayed, work: Work) -> Sequence[Outgoing]:
    person = await repository.get_user_address(session, event.user_id)
    if person is None:
        return ()
    text = REPLAYED.format(name=person.full_name, at=work.announced_at)
    return (work.mail(person.email, "We ended one of your sign-ins", text),)
