from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from app.modules.customers import service
from app.modules.customers.events import CodeRequested
from app.modules.customers.values import Channel
from app.runtime.db.session import ReadSession
from app.runtime.jobs.handlers import Handlers, Outgoing, Work
from app.runtime.resources import Resources

handlers = Handlers()

SUBJECT = "Your MoveHub code"
# The last line is the form in which phones offer a code to the site it is bound to, and to no other.
SMS = "{code} is your MoveHub code, good for {minutes} minutes. We never ask you for it.\n\n@{host} #{code}"
MAIL = (
    "Your code is {code}.\n\nIt is good for {minutes} minutes and for one sign-in at {host}. "
    "We never ask you for it.\nIf you did not ask for it, somebody mistyped an address: there is nothing to do.\n"
)


@handlers.deliver("customers.send_code", CodeRequested)
async def send_code(session: ReadSession, event: CodeRequested, work: Work) -> Sequence[Outgoing]:
    """The code of a challenge that is still open; one that has ended in the meantime is not sent any more."""
    challenge = await service.open_challenge(session, event.challenge_id, work.now)
    if challenge is None:
        return ()
    settings = work.resources.settings
    words = {
        "code": service.code_of(work.resources, challenge),
        "minutes": settings.auth.otp_minutes,
        "host": urlsplit(settings.http.public_url).hostname,
    }
    if challenge.channel is Channel.SMS:
        return (work.sms(challenge.recipient, SMS.format(**words)),)
    return (work.mail(challenge.recipient, SUBJECT, MAIL.format(**words)),)


@handlers.every("customers.forget_old_codes", seconds=600)
async def forget_old_codes(resources: Resources) -> None:
    await service.forget_old_codes(resources)
