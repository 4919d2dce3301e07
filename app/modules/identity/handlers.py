from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.kernel.actor import Role
from app.modules.identity import repository, service
from app.modules.identity.events import (
    ApiKeyMade,
    EmailChangeAsked,
    EmailChanged,
    EmailVerificationAsked,
    Invited,
    PasswordChanged,
    PasswordResetAsked,
    RefreshReplayed,
    Registered,
    SecondFactorChanged,
    StaffHired,
)
from app.modules.identity.repository import addresses
from app.modules.identity.service.invitations import invitation_token
from app.modules.identity.service.mail_tokens import mail_token_text
from app.modules.identity.values import MailPurpose
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Handlers, Outgoing, Work
from app.runtime.resources import Resources

handlers = Handlers()

LINKS_KEPT = timedelta(days=7)

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
VERIFY = (
    "Hello {name},\n\nto show that this address is yours, send this token within 24 hours\n\n{token}\n\n"
    "to POST {url}/v1/auth/verify-email. If you did not register at MoveHub, you need do nothing.\n"
)
CHANGE_EMAIL = (
    "Hello,\n\nsomebody wants to sign in at MoveHub with this address from now on. If it is you, send this token "
    "within 24 hours, signed in as before\n\n{token}\n\nto POST {url}/v1/auth/email/confirm. If not, you need do "
    "nothing.\n"
)
EMAIL_CHANGED = (
    "Hello {name},\n\nsince {at:%Y-%m-%d %H:%M} UTC your account has another e-mail address, to which all our letters "
    "go from now on; other sessions were ended.\n\nIf it was not you, write to us at once.\n"
)
RESET = (
    "Hello {name},\n\nsomebody asked for a new password for your account. To set one, send this token within 30 "
    "minutes\n\n{token}\n\nto POST {url}/v1/auth/password-reset. If it was not you, you need do nothing: your "
    "password stays as it is.\n"
)
CHANGED = (
    "Hello {name},\n\nthe password of your account was changed at {at:%Y-%m-%d %H:%M} UTC, and other sessions were "
    "ended.\n\nIf it was not you, set a new one at once: POST {url}/v1/auth/password-reset/request.\n"
)
INVITED = (
    "Hello,\n\n{company} asks you to join it at MoveHub as {role}. To accept, send this token within seven days\n\n"
    "{token}\n\nto POST {url}/v1/auth/invitations/accept, with your password, or a new one and your name if you have "
    "no account yet. If you do not know {company}, you need do nothing.\n"
)
STAFF_INVITED = (
    "Hello,\n\n{company} asks you to join it at MoveHub. With this address you are of the platform's staff, and nobody "
    "is of both: the invitation cannot be accepted, which {company} is not told. If you want to join it, let it invite "
    "another address of yours.\n"
)
FACTOR = (
    "Hello {name},\n\nyour sign-in {what}, since {at:%Y-%m-%d %H:%M} UTC; other sessions were ended.\n\n"
    "If it was not you, change your password at once and write to us.\n"
)
HIRED = (
    "Hello {name},\n\nyou are a member of MoveHub's staff now, as {role}. A link to choose your password is on its "
    "way. If it is too old when you come to it, ask for another: POST {url}/v1/auth/password-reset/request.\n\n"
    "At your first sign-in you enrol a second factor: have an authenticator app at hand.\n"
)

KEY_MADE = (
    'Hello {name},\n\nthe API key "{key}" of your company was {what} at {at:%Y-%m-%d %H:%M} UTC.\n\n'
    "If nobody of yours did that, revoke it at once: DELETE {url}/v1/org/api-keys/{key_id}. "
    "GET {url}/v1/org/audit tells who it was.\n"
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


@handlers.deliver("identity.send_verification_link", EmailVerificationAsked)
async def send_verification_link(session: ReadSession, event: EmailVerificationAsked, work: Work) -> Sequence[Outgoing]:
    letter = (MailPurpose.VERIFY_EMAIL, "Is this your e-mail address?", VERIFY)
    return await _link(session, event, work, letter)


@handlers.deliver("identity.send_email_change_link", EmailChangeAsked)
async def send_email_change_link(session: ReadSession, event: EmailChangeAsked, work: Work) -> Sequence[Outgoing]:
    """To the new address."""
    asked = None if event.user_id is None else await repository.get_email_change(session, event.token_id)
    email = None if asked is None else addresses.new_email(session.seals, asked)
    if email is None:
        return ()
    token = mail_token_text(work.resources.signer, MailPurpose.CHANGE_EMAIL, event.token_id)
    text = CHANGE_EMAIL.format(token=token, url=work.resources.settings.http.public_url)
    return (work.mail(email, "Is this your new e-mail address?", text),)


@handlers.deliver("identity.tell_of_new_email", EmailChanged)
async def tell_of_new_email(session: ReadSession, event: EmailChanged, work: Work) -> Sequence[Outgoing]:
    """To the former address."""
    changed = await repository.get_email_change(session, event.token_id)
    person = await repository.get_user_address(session, event.user_id)
    former = None if changed is None else addresses.former_email(session.seals, changed)
    if person is None or former is None:
        return ()
    text = EMAIL_CHANGED.format(name=person.full_name, at=work.announced_at)
    return (work.mail(former, "Your e-mail address was changed", text),)


@handlers.deliver("identity.send_reset_link", PasswordResetAsked)
async def send_reset_link(session: ReadSession, event: PasswordResetAsked, work: Work) -> Sequence[Outgoing]:
    return await _link(session, event, work, (MailPurpose.RESET_PASSWORD, "A new password", RESET))


async def _link(
    session: ReadSession,
    event: EmailVerificationAsked | PasswordResetAsked,
    work: Work,
    letter: tuple[MailPurpose, str, str],
) -> Sequence[Outgoing]:
    purpose, subject, template = letter
    person = None if event.user_id is None else await repository.get_user_address(session, event.user_id)
    if person is None:
        return ()
    token = mail_token_text(work.resources.signer, purpose, event.token_id)
    text = template.format(name=person.full_name, token=token, url=work.resources.settings.http.public_url)
    return (work.mail(person.email, subject, text),)


@handlers.deliver("identity.tell_of_new_password", PasswordChanged)
async def tell_of_new_password(session: ReadSession, event: PasswordChanged, work: Work) -> Sequence[Outgoing]:
    person = await repository.get_user_address(session, event.user_id)
    if person is None:
        return ()
    url = work.resources.settings.http.public_url
    text = CHANGED.format(name=person.full_name, at=work.announced_at, url=url)
    return (work.mail(person.email, "Your password was changed", text),)


@handlers.deliver("identity.tell_of_second_factor", SecondFactorChanged)
async def tell_of_second_factor(session: ReadSession, event: SecondFactorChanged, work: Work) -> Sequence[Outgoing]:
    person = await repository.get_user_address(session, event.user_id)
    if person is None:
        return ()
    what = "now needs a second factor" if event.is_on else "needs no second factor any more"
    text = FACTOR.format(name=person.full_name, what=what, at=work.announced_at)
    return (work.mail(person.email, f"Your sign-in {what}", text),)


@handlers.deliver("identity.welcome_staff", StaffHired)
async def welcome_staff(session: ReadSession, event: StaffHired, work: Work) -> Sequence[Outgoing]:
    person = await repository.get_user_address(session, event.user_id)
    if person is None or person.staff_role is None:
        return ()
    url = work.resources.settings.http.public_url
    text = HIRED.format(name=person.full_name, role=person.staff_role, url=url)
    return (work.mail(person.email, "Welcome to the staff of MoveHub", text),)


@handlers.deliver("identity.send_invitation", Invited)
async def send_invitation(session: ReadSession, event: Invited, work: Work) -> Sequence[Outgoing]:
    """Nothing for one that was answered meanwhile. Staff hear of it, and get no link: they are of no company."""
    invitation = await repository.get_invitation(session, event.org_id, event.invitation_id)
    if invitation is None or invitation.accepted_at is not None or invitation.revoked_at is not None:
        return ()
    company = await orgs.company_name(session, event.org_id)
    email = addresses.invited_email(session.seals, invitation)
    if await repository.is_staff_email(session, email):
        return (work.mail(email, f"{company} asked you to join", STAFF_INVITED.format(company=company)),)
    token = invitation_token(work.resources.signer, event.org_id, invitation.id, invitation.expires_at)
    url = work.resources.settings.http.public_url
    text = INVITED.format(company=company, role=invitation.role, token=token, url=url)
    return (work.mail(email, f"{company} asks you to join", text),)


@handlers.deliver("identity.tell_of_api_key", ApiKeyMade)
async def tell_of_api_key(session: ReadSession, event: ApiKeyMade, work: Work) -> Sequence[Outgoing]:
    key = await repository.get_api_key_name(session, event.org_id, event.key_id)
    if key is None:
        return ()
    what = "given a new secret" if event.is_rotation else "made"
    told = {"key": key, "what": what, "at": work.announced_at, "key_id": event.key_id}
    url = work.resources.settings.http.public_url
    owners = await repository.list_member_emails(session, event.org_id, (Role.OWNER,))
    return [
        work.mail(owner.email, f"An API key was {what}", KEY_MADE.format(name=owner.full_name, url=url, **told))
        for owner in owners
    ]


@handlers.every("identity.reseal", seconds=3_600)
async def reseal(resources: Resources) -> None:
    """After a change of the sealing key: no address and no second factor is left that needs the former one."""
    await service.reseal_addresses(resources)


@handlers.every("identity.forget_old_links", seconds=3_600)
async def forget_old_links(resources: Resources) -> None:
    """Links and challenges that ended a week ago, kept so long to tell a late one from a forged one."""
    async with resources.database.write(Identity(Audience.WORKER)) as session:
        await repository.delete_mail_tokens(session, resources.clock.now() - LINKS_KEPT)
        await repository.delete_challenges(session, resources.clock.now() - LINKS_KEPT)
