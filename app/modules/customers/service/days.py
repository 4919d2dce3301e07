"""How many codes go out in a day: to a recipient, to the numbers of a prefix, to all numbers together.

Text messages cost us money, and whoever owns a range of numbers earns with them. The counts are PostgreSQL's alone and
part of the transaction that sends: what is refused is not counted, and no other store's loss starts them anew.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Final

from app.modules.customers import repository, rules
from app.modules.customers.errors import TextsSpent
from app.modules.customers.values import TextsOfDay
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.phones import dial_prefix
from app.runtime.resources import Resources
from app.runtime.settings import LimitSettings

logger = logging.getLogger(__name__)
ALL_NUMBERS: Final = "+"
MOST_PREFIXES: Final = 20


async def count_recipient(session: WriteSession, resources: Resources, index: bytes, now: datetime) -> None:
    """Raises: TooManyRequests (429) when the recipient has had the codes of the day. Locks: the recipient's day."""
    limits = resources.settings.limits
    most = limits.otp_per_recipient_day * limits.factor
    if await repository.count_on_day(session, index.hex(), now.astimezone(UTC).date(), most) is None:
        raise rules.too_many(rules.wait_for_tomorrow(now.astimezone(UTC)))


async def count_text(session: WriteSession, resources: Resources, phone: str, now: datetime) -> None:
    """Count a text message, and ring when it is the one that nearly or wholly spends the day's.

    Locks: the days of the prefix and of all numbers, so it is asked last.
    Raises: TooManyRequests (429) when the prefix has had its own, TextsSpent (503) when all are sent.
    """
    limits, day = resources.settings.limits, now.astimezone(UTC).date()
    wait = rules.wait_for_tomorrow(now.astimezone(UTC))
    most_of_prefix = limits.otp_per_prefix_day * limits.factor
    if await repository.count_on_day(session, dial_prefix(phone), day, most_of_prefix) is None:
        resources.metrics.refused.labels("otp_prefix_day").inc()
        raise rules.too_many(wait)
    most = _most(limits)
    sent = await repository.count_on_day(session, ALL_NUMBERS, day, most)
    if sent is None:
        resources.metrics.refused.labels("otp_texts_day").inc()
        raise TextsSpent(retry_after_seconds=rules.whole_seconds(wait))
    resources.metrics.texts.inc()
    if sent == most:
        logger.error("the day's %d text messages are spent: no code goes to a telephone until midnight UTC", most)
    elif sent == rules.nearly(most):
        logger.warning("%d of the day's %d text messages are sent", sent, most)


async def show_texts(session: ReadSession, resources: Resources, now: datetime) -> TextsOfDay:
    """The text messages of the day, and the prefixes that most went to. For staff."""
    day, most = now.astimezone(UTC).date(), _most(resources.settings.limits)
    # All numbers together are the largest count of all: the first row.
    counts = dict(await repository.list_day(session, day, MOST_PREFIXES + 1))
    return TextsOfDay(day, counts.pop(ALL_NUMBERS, 0), most, counts)


def _most(limits: LimitSettings) -> int:
    return limits.otp_texts_per_day * limits.factor
