"""A company's own pace: learnt from its completed jobs, measured on a synthetic history, and seen over HTTP."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

import httpx
import pytest

from app.modules.pricing.rules import estimate
from app.modules.pricing.rules.estimator import expected_hours
from app.modules.pricing.rules.estimator_figures import OWN_RATIO, Figure
from app.modules.pricing.rules.learning import (
    ENOUGH_JOBS,
    Learned,
    ObservedJob,
    SizeClass,
    coverage,
    expect,
    learn,
    size_class,
)
from app.modules.pricing.rules.own import COMMON, Own, estimate_own
from app.modules.pricing.service.learning import observe_job
from app.modules.pricing.values import EstimateRequest, HomeSize
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Logins, register
from tests.factories.bookings import SMALL_JOB, complete_by_hand, write_prices
from tests.factories.calendar import administrator
from tests.factories.market import CLOVIS, FRESNO
from tests.modules.pricing.jobs import job

WAITING: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
NOW: Final = datetime(2027, 5, 1, 12, tzinfo=UTC)
# A company that is quick with small homes and slow with large ones; single jobs spread by a quarter.
PACE: Final = {SizeClass.SMALL: 0.8, SizeClass.MEDIUM: 1.15, SizeClass.LARGE: 1.4}
SPREAD: Final = 0.25


def observed(volume: int, prior: str, actual: str) -> ObservedJob:
    return ObservedJob(Decimal(volume), Decimal(prior), Decimal(prior), Decimal(prior), Decimal(actual))


def history(seed: int, jobs: int) -> list[ObservedJob]:
    """Jobs one after the other, each expected by those before it."""
    chance = random.Random(seed)
    done: list[ObservedJob] = []
    for _ in range(jobs):
        volume = Decimal(chance.randrange(200, 2200))
        prior = (volume / 105 / 2).quantize(Decimal("0.0001"))
        p50, p90 = expect(prior, volume, learn(done))
        took = prior * Decimal(repr(PACE[size_class(volume)] * chance.lognormvariate(0, SPREAD)))
        done.append(ObservedJob(volume, prior, p50, p90, took.quantize(Decimal("0.01"))))
    return done


def jobs_of(ratio: str, count: int, volume: int = 900) -> Learned | None:
    return learn([observed(volume, "4", str(4 * Decimal(ratio)))] * count)


@pytest.mark.unit
@pytest.mark.parametrize("seed", range(5))
def test_what_was_learnt_beats_the_static_figures_and_p90_holds(seed: int) -> None:
    found = coverage(history(seed, 400)[100:])
    assert found is not None
    assert found.error_hours < found.static_error_hours
    assert 0.85 <= found.held / found.jobs <= 0.95


@pytest.mark.unit
def test_nothing_is_learnt_before_thirty_jobs() -> None:
    assert jobs_of("1.5", ENOUGH_JOBS - 1) is None
    assert jobs_of("1.5", ENOUGH_JOBS) is not None


@pytest.mark.unit
def test_the_own_ratio_shrinks_into_the_prior_and_wins_with_more_jobs() -> None:
    few, many = jobs_of("2", 30), jobs_of("2", 500)
    assert few is not None
    assert many is not None
    # Thirty jobs of double time: the company 2 ** 30/40; the class (30 + 10 x 0.75) / 40 of the way.
    assert few.ratios[SizeClass.MEDIUM].ratio == Decimal("1.915")
    assert few.ratios[SizeClass.SMALL].ratio == Decimal("1.682")
    assert few.ratios[SizeClass.SMALL].jobs == 0
    assert many.ratios[SizeClass.MEDIUM].ratio == Decimal("1.999")


@pytest.mark.unit
def test_a_slip_of_the_pen_counts_as_four_times_at_most() -> None:
    usual = [observed(900, "4", "4")] * 39
    typo, four = learn([*usual, observed(900, "4", "400")]), learn([*usual, observed(900, "4", "16")])
    assert typo is not None
    assert four is not None
    assert typo.ratios == four.ratios


@pytest.mark.unit
@pytest.mark.parametrize(
    ("cuft", "size"), [(600, SizeClass.SMALL), (601, SizeClass.MEDIUM), (1200, SizeClass.MEDIUM), (1201, "large")]
)
def test_size_classes(cuft: int, size: str) -> None:
    assert size_class(Decimal(cuft)) == size


@pytest.mark.unit
def test_an_own_estimate_shows_its_ratio_and_where_it_is_from() -> None:
    request = EstimateRequest(home_size=HomeSize.TWO_BEDROOM)
    assert estimate_own(request, COMMON) == estimate(request)
    own = estimate_own(request, Own({}, jobs_of("2", 500)))
    # 9.5238 person-hours for two, x 1.999, up to a quarter of an hour.
    assert own.duration_hours.p50 == Decimal("9.75")
    assert own.duration_hours.p90 == Decimal("9.75") * Decimal("1.01")
    shown = {factor.code: factor for factor in own.factors}
    assert shown[OWN_RATIO].value == Decimal("1.999")
    assert shown[OWN_RATIO].source == shown[Figure.P90_RATIO].source == "500 own jobs, 500 of them medium"


@pytest.mark.unit
def test_expected_hours_are_those_of_the_estimator_before_rounding() -> None:
    # 210 cuft are 2 person-hours; 4/7 of them by 1.4 for two flights; and a bed of 5 minutes and 30 seconds.
    flights = job(volume_cuft="210", crew=2, pickup={"flights": 2})
    assert expected_hours(flights) == Decimal("1.2286")
    # 3/7 of them where they are at the other end.
    assert expected_hours(job(volume_cuft="210", crew=2, dropoff={"flights": 2})) == Decimal("1.1714")
    bed = {"code": "bed_queen", "categories": ["furniture"], "quantity": 1}
    assert expected_hours(job(volume_cuft="210", crew=2, inventory=[bed])) == Decimal("1.0458")
    assert expected_hours(job(volume_cuft="210", crew=4)) == Decimal("0.5300")


@pytest.mark.unit
def test_nothing_observed_has_no_coverage() -> None:
    assert coverage([]) is None


async def observe(database: Database, org_id: UUID, booking_id: UUID, hours: str) -> None:
    async with database.write(Identity(Audience.MOVER, org_id=org_id)) as session:
        told = job(volume_cuft="840", crew=2)
        await observe_job(session, org_id, booking_id, told, actual_hours=Decimal(hours), now=NOW)


@pytest.mark.integration
async def test_what_was_learnt_beside_figures_that_are_changed_meanwhile_is_not_kept(
    client: httpx.AsyncClient, resources: Resources, logins: Logins
) -> None:
    """A job is completed while the company sets other figures, which wait to be committed."""
    mine = await register(client)
    for _ in range(ENOUGH_JOBS):
        await observe(resources.database, mine.org_id, uuid4(), "8")
    async with administrator(logins) as admin, administrator(logins) as looking:
        async with admin.transaction():
            anew = "UPDATE app.own_estimators SET pace = NULL, learning_since = $2 WHERE org_id = $1"
            await admin.execute(anew, mine.org_id, NOW + timedelta(minutes=1))
            completed = asyncio.create_task(observe(resources.database, mine.org_id, uuid4(), "8"))
            while not await looking.fetchval(WAITING):
                assert not completed.done()
                await asyncio.sleep(0.01)
        await completed
        kept = "SELECT pace IS NULL FROM app.own_estimators WHERE org_id = $1"
        assert await looking.fetchval(kept, mine.org_id)


@pytest.mark.integration
async def test_a_company_sees_what_its_jobs_taught_and_estimates_by_it(
    client: httpx.AsyncClient, resources: Resources
) -> None:
    mine, other = await register(client), await register(client)
    for _ in range(ENOUGH_JOBS):
        await observe(resources.database, mine.org_id, uuid4(), "8")
    told = (await client.get("/v1/org/estimator", headers=mine.headers)).json()
    assert (told["jobs"], told["p90_ratio"] is None) == (30, False)
    [medium] = [ratio for ratio in told["ratios"] if ratio["size_class"] == "medium"]
    assert (medium["jobs"], medium["ratio"]) == (30, 1.915)
    # Four hours by the figures, 5.8 by their p90, and eight as worked: none held, and four hours beside it.
    assert told["coverage"] == {"jobs": 30, "p90_held": 0, "error_hours": 4, "static_error_hours": 4}
    move = {"origin": FRESNO, "destination": CLOVIS, "home_size": "two_bedroom"}
    hours = []
    for headers in (mine.headers, other.headers):
        answer = await client.post("/v1/org/estimates", headers=headers, json=move)
        assert answer.status_code == 200, answer.text
        hours.append(answer.json()["duration_hours"]["p50"])
    assert hours == [9.25, 5]
    empty = (await client.get("/v1/org/estimator", headers=other.headers)).json()
    assert empty == {"jobs": 0, "jobs_needed": 30, "p90_ratio": None, "ratios": [], "coverage": None}


@pytest.mark.integration
async def test_a_completed_booking_is_observed_once_and_one_without_estimate_never(
    client: httpx.AsyncClient, resources: Resources
) -> None:
    member = await register(client)
    await write_prices(client, member.headers)
    done = await complete_by_hand(client, member.headers, estimate=SMALL_JOB)
    window = {"starts_at": "2027-03-09T09:00:00", "ends_at": "2027-03-09T13:00:00"}
    await complete_by_hand(client, member.headers, window=window)
    told = (await client.get("/v1/org/estimator", headers=member.headers)).json()
    # 600 cuft by one person: 600 / 105 x 0.97 = 5.54 hours; 3.33 were worked.
    assert told["coverage"] == {"jobs": 1, "p90_held": 1, "error_hours": 2.21, "static_error_hours": 2.21}
    await observe(resources.database, member.org_id, UUID(done["id"]), "9")
    assert (await client.get("/v1/org/estimator", headers=member.headers)).json() == told
