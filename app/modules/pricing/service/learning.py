"""Jobs as they were worked, and what a company's estimates learn from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.ids import new_id
from app.kernel.ports import Ports
from app.modules.pricing import repository
from app.modules.pricing.rules.estimator import expected_hours
from app.modules.pricing.rules.learning import ObservedJob, expect, learn
from app.modules.pricing.rules.own import COMMON, estimate_own, own_from_json, pace_to_json
from app.modules.pricing.schemas import EstimateIn, EstimateOut, estimate_out
from app.modules.pricing.service.loads import miles_between
from app.modules.pricing.service.own import own_of
from app.modules.pricing.values import Job
from app.runtime.db.session import ReadSession, WriteSession

# The latest jobs say more of a company's pace than those of years ago.
LATEST: Final = 500


async def observe_job(
    session: WriteSession, org_id: UUID, booking_id: UUID, job: Job, *, actual_hours: Decimal, now: datetime
) -> None:
    """Keep a completed job with what was expected of it before, once for each booking; and what all of them teach.

    A job of no told volume, or of no hours, teaches nothing and is not kept.
    Locks: the company's own figures, which the job is held against.
    """
    row = await repository.lock_own(session, org_id)
    own = COMMON if row is None else own_from_json(row.items, row.pace, row.figures)
    prior = expected_hours(job, own.base)
    if prior <= 0 or actual_hours <= 0:
        return
    p50, p90 = expect(prior, job.volume_cuft, learn(await repository.list_observed(session, org_id, LATEST)), own.base)
    done = {
        "org_id": org_id,
        "id": new_id(),
        "booking_id": booking_id,
        "volume_cuft": job.volume_cuft,
        "crew_size": job.crew,
        "prior_hours": prior,
        "p50_hours": p50,
        "p90_hours": p90,
        "actual_hours": actual_hours,
        "completed_at": now,
    }
    await repository.insert_observed(session, done)
    learned = learn(await repository.list_observed(session, org_id, LATEST))
    if learned is not None:
        since = None if row is None else row.learning_since
        await repository.put_pace(session, org_id, since, {"pace": pace_to_json(learned), "updated_at": now})


async def forget_job(session: WriteSession, org_id: UUID, booking_id: UUID, now: datetime) -> None:
    """A job was not completed after all: nothing is learned of it. What of later jobs was expected with it stays.

    Locks: the company's own figures.
    """
    await repository.lock_own(session, org_id)
    if await repository.delete_observed(session, org_id, booking_id):
        learned = learn(await repository.list_observed(session, org_id, LATEST))
        pace = None if learned is None else pace_to_json(learned)
        await repository.put_own(session, org_id, {"pace": pace, "updated_at": now})


async def list_observed(session: ReadSession, actor: Mover) -> Sequence[ObservedJob]:
    """The company's latest completed jobs."""
    return await repository.list_observed(session, actor.org_id, LATEST)


async def estimate_own_move(session: ReadSession, ports: Ports, actor: Mover, body: EstimateIn) -> EstimateOut:
    """An estimate by the company's own figures. Raises: PlaceNotLocated (422), UnknownItem (422)."""
    miles = await miles_between(ports, body)
    return estimate_out(estimate_own(body.to_request(), await own_of(session, actor.org_id)), miles)
