"""Why a search shows nobody, and when somebody could."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from uuid import UUID

from app.kernel.dayset import days_of
from app.modules.calendar import public as calendar
from app.modules.market.service.asked import Field, Located
from app.modules.market.service.dates import offers_on_days
from app.modules.market.values import Reason
from app.runtime.db.session import ReadSession

SEARCHED_DAYS: Final = 14
MOST_FREE_DATES: Final = 3
# When a customer may still like to move on the wanted day.
EARLIEST_HOUR: Final = 6
LATEST_HOUR: Final = 20
# No other time changes these.
HOPELESS: Final = frozenset(
    {
        Reason.TOO_LARGE,
        Reason.NOT_EQUIPPED,
        Reason.NO_PRICES,
        Reason.SERVICE_NOT_OFFERED,
        Reason.DESTINATION_OUTSIDE_AREA,
    }
)


@dataclass(frozen=True, slots=True)
class Why:
    """How many companies for which reason, and starts at which somebody has an offer: the nearest three on the wanted
    day, and the next three days at the wanted hour.
    """

    reasons: Mapping[Reason, int] = field(default_factory=dict)
    other_hours: tuple[datetime, ...] = ()
    nearest_free: tuple[datetime, ...] = ()


async def explain(
    session: ReadSession, field: Field, asked: Located, refused: Mapping[UUID, Reason], *, filtered_out: int
) -> Why:
    """`filtered_out`: those that have an offer, which the filters hide; then no other time is looked for."""
    if not refused and not filtered_out:
        return Why({Reason.NO_COMPANY_IN_AREA: 1})
    told = {**refused, **await _never(session, field, refused)}
    reasons = dict(Counter(told.values()))
    if filtered_out:
        return Why(reasons | {Reason.FILTERED_OUT: filtered_out})
    hopeful = [one for one in field.companies if told[one.id] not in HOPELESS]
    hours, days = _hours_of_that_day(asked, field.now), asked.on_days(range(1, SEARCHED_DAYS + 1))
    free = await _free_starts(session, replace(field, companies=hopeful), asked, [*hours, *days])
    on_that_day = sorted((one for one in free if one in hours), key=lambda one: (abs(one - asked.starts_at), one))
    return Why(
        reasons,
        tuple(on_that_day[:MOST_FREE_DATES]),
        tuple(islice((one for one in free if one not in hours), MOST_FREE_DATES)),
    )


def _hours_of_that_day(asked: Located, now: datetime) -> list[datetime]:
    """The full hours around the wanted start that its day still has, the first first."""
    local = asked.starts_at.astimezone(asked.zone)
    around = (local.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in range(24))
    hours = (one.astimezone(UTC) for one in around if EARLIEST_HOUR <= one.hour <= LATEST_HOUR)
    return [one for one in hours if one > now and one != asked.starts_at]


async def _free_starts(session: ReadSession, field: Field, asked: Located, starts: list[datetime]) -> list[datetime]:
    """Those at which somebody has an offer."""
    free = 0
    for offer in await offers_on_days(session, field, asked, starts):
        free |= offer.days
    return [starts[start] for start in days_of(free)]


async def _never(session: ReadSession, field: Field, refused: Mapping[UUID, Reason]) -> dict[UUID, Reason]:
    """Of those with nothing free, who could not do it with an empty calendar either: too small, or without the skills
    or the features.
    """
    left = [one for one, reason in refused.items() if reason is Reason.NONE_FREE]
    needs = {one: [plan.need for plan in field.plans[one]] for one in left}
    never = await _without(session, needs)
    too_small = await _without(session, {one: [need.without_gear for need in needs[one]] for one in never})
    return {one: Reason.TOO_LARGE if one in too_small else Reason.NOT_EQUIPPED for one in never}


async def _without(session: ReadSession, needs: Mapping[UUID, Sequence[calendar.Need]]) -> list[UUID]:
    """Those whose trucks and people would suffice for none of their needs, which ask for the same gear."""
    if not needs:
        return []
    first = next(iter(needs.values()))[0]
    whole = await calendar.whole_capacity(session, list(needs), first)
    return [
        one
        for one, any_of in needs.items()
        if one not in whole or not any(calendar.suffices(whole[one], need) for need in any_of)
    ]
