import asyncio
import json
import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.adapters.mail.mailbox_file import MailboxMailer, read_mailbox
from app.adapters.sms.mailbox_file import MailboxSmsSender
from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.kernel.ports.mail import DeliveryFailed, Mail
from app.kernel.ports.sms import Sms

pytestmark = pytest.mark.unit

CLOCK = ManualClock(datetime(2026, 11, 21, 17, 0, tzinfo=UTC))
SENT_AT = "2026-11-21T17:00:00+00:00"


def a_mail(to: str = "dana@movehub.example", text: str = "Hello") -> Mail:
    return Mail(new_id(), to, "Your move", text)


def permissions_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deeper" / "mailbox.jsonl"


async def test_mail_and_sms_are_read_back_newest_first(path: Path) -> None:
    mail = a_mail(text="Line one\nline two 📦")
    sms = Sms(new_id(), "+14155550134", "Your code is 123456")
    await MailboxMailer(path, CLOCK).send(mail)
    await MailboxSmsSender(path, CLOCK).send(sms)
    assert read_mailbox(path) == [
        {
            "id": str(sms.id),
            "channel": "sms",
            "to": "+14155550134",
            "subject": None,
            "text": "Your code is 123456",
            "sent_at": SENT_AT,
        },
        {
            "id": str(mail.id),
            "channel": "email",
            "to": "dana@movehub.example",
            "subject": "Your move",
            "text": "Line one\nline two 📦",
            "sent_at": SENT_AT,
        },
    ]


async def test_one_recipient_and_a_limit(path: Path) -> None:
    mailer = MailboxMailer(path, CLOCK)
    for number in range(4):
        await mailer.send(a_mail(to=f"person{number % 2}@movehub.example", text=str(number)))
    assert [m["text"] for m in read_mailbox(path, to="person1@movehub.example")] == ["3", "1"]
    assert [m["text"] for m in read_mailbox(path, limit=2)] == ["3", "2"]


async def test_a_message_sent_twice_is_read_once(path: Path) -> None:
    mail, other = a_mail(text="once"), a_mail(text="another")
    for one in (mail, other, mail):
        await MailboxMailer(path, CLOCK).send(one)
    assert sorted(message["text"] for message in read_mailbox(path)) == ["another", "once"]


def test_no_file_is_an_empty_mailbox(path: Path) -> None:
    assert read_mailbox(path) == []


async def test_only_the_owner_may_read_it(path: Path) -> None:
    await MailboxMailer(path, CLOCK).send(a_mail())
    assert permissions_of(path) == 0o600


async def test_a_mailbox_that_cannot_be_written_fails_for_now(tmp_path: Path) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await MailboxMailer(tmp_path, CLOCK).send(a_mail())
    assert not failed.value.is_permanent


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: all@movehub.example", "a\nb", "a\x00b"])
def test_a_subject_cannot_bring_headers(subject: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        Mail(new_id(), "dana@movehub.example", subject, "Hello")


def _send_many(path: Path, letter: str) -> None:
    async def send() -> None:
        mailer = MailboxMailer(path, CLOCK)
        for _ in range(50):
            await mailer.send(a_mail(text=letter * 20_000))

    asyncio.run(send())


def test_two_processes_do_not_tear_each_others_lines(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_send_many, args=(path, letter)) for letter in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    texts = [json.loads(line)["text"] for line in path.read_bytes().splitlines()]
    assert sorted(texts) == ["a" * 20_000] * 50 + ["b" * 20_000] * 50
