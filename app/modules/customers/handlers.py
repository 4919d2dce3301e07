from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from app.modules.customers import service
from app.modules.customers.events import AddressChanged, CodeRequested
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

OWN_SMS = (
    "{code} is your MoveHub code to make this the number of your account, good for {minutes} minutes. "
    "We never ask you for it.\n\n@{host} #{code}"
)
OWN_MAIL = (
    "Your code is {code}.\n\nIt makes this the address of your account at {host}, and is good for {minutes} minutes. "
    "We never ask you for it.\nIf you did not ask for it, somebody mistyped an address: there is nothing to do.\n"
)
CHANGED = (
    "Your MoveHub account has a new {what}, and other sessions were ended. If it was not you, write to us at once."
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
    sms, mail = (SMS, MAIL) if challenge.customer_id is None else (OWN_SMS, OWN_MAIL)
    recipient = service.recipient_of(work.resources, challenge)
    if challenge.channel is Channel.SMS:
        return (work.sms(recipient, sms.format(**words)),)
    return (work.mail(recipient, SUBJECT, mail.format(**words)),)


@handlers.deliver("customers.warn_of_change", AddressChanged)
async def warn_of_change(session: ReadSession, event: AddressChanged, work: Work) -> Sequence[Outgoing]:
    """To the number or address before: whoever took the account over does not read it there."""
    challenge = await service.show_challenge(session, event.challenge_id)
    warned = None if challenge is None else service.warned_of(work.resources, challenge)
    if challenge is None or warned is None:
        return ()
    text = CHANGED.format(what="phone number" if challenge.channel is Channel.SMS else "e-mail address")
    if "@" in warned:
        return (work.mail(warned, "Your account was changed", text),)
    return (work.sms(warned, text),)


@handlers.every("customers.forget_old_codes", seconds=600)
async def forget_old_codes(resources: Resources) -> None:
    await service.forget_old_codes(resources)


@handlers.every("customers.reseal", seconds=3_600)
async def reseal(resources: Resources) -> None:
    """What the former sealing key sealed takes the present one; when nothing is left, the former may be dropped."""
    await service.reseal(resources)
