"""SQL of papers that end: who has been told of what, and what has lapsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.modules.verification.models import PaperLapse, PaperNotice
from app.modules.verification.repository.papers import find_shown, papers_of
from app.modules.verification.values import LAST_DAY, Days, Rise, Shown
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

ALL_TIMES: Final = Days(date.min, LAST_DAY)

# The one statement of the sweep. Ids and dates of all companies are the function's to see; what it finds is written
# down in the same breath, so that whoever comes second finds it done.
NOTICE: Final = sa.text("SELECT org_id FROM app.notice_papers(:sweep_id, :now, :most)").bindparams(
    sa.bindparam("now", type_=sa.DateTime(timezone=True))
)


async def insert_due_notices(session: WriteSession, sweep_id: UUID, now: datetime, most: int) -> Sequence[UUID]:
    """The company of each notice that was due and is written down now."""
    asked = {"sweep_id": sweep_id, "now": now, "most": most}
    return (await session.execute(NOTICE, asked)).scalars().all()


RISES: Final = sa.text(
    "SELECT org_id FROM app.notice_rises(:sweep_id, :now, :most, :pack, :kind, :begins_on, :before, :minimum)"
).bindparams(sa.bindparam("now", type_=sa.DateTime(timezone=True)))


async def insert_rise_notices(
    session: WriteSession, sweep_id: UUID, now: datetime, most: int, *, rise: Rise
) -> Sequence[UUID]:
    """As `insert_due_notices`, of the policies that a risen figure makes too low."""
    figure = {"pack": rise.pack, "kind": rise.need, "before": rise.before, "minimum": rise.minimum}
    asked = {"sweep_id": sweep_id, "now": now, "most": most, "begins_on": rise.begins_on} | figure
    return (await session.execute(RISES, asked)).scalars().all()


async def list_notices(session: ReadSession, org_id: UUID, sweep_id: UUID) -> Sequence[PaperNotice]:
    """What ends first comes first."""
    query = sa.select(PaperNotice).where(PaperNotice.org_id == org_id, PaperNotice.sweep_id == sweep_id)
    return (await session.execute(query.order_by(PaperNotice.expires_on, PaperNotice.id))).scalars().all()


LAPSED: Final = sa.text("SELECT org_id FROM app.lapsed_companies(:after, :most)")


async def list_lapsed_companies(session: ReadSession, after: UUID, most: int) -> Sequence[UUID]:
    """The next companies, in the order of their ids, with something lapsed that is not made good."""
    return (await session.execute(LAPSED, {"after": after, "most": most})).scalars().all()


async def find_all_shown(session: ReadSession, org_id: UUID) -> Shown:
    """Everything that the company has shown and not withdrawn, whenever it was or will be valid."""
    return (await find_shown(session, [org_id], ALL_TIMES, with_trucks=True)).of(org_id)


# What has been withdrawn, by the office's clock: its last day is the one before, or its own where that came first.
WITHDRAWN: Final = """
WITH withdrawn AS (
    SELECT id, org_id, 'policy' AS what, kind, NULL::uuid AS truck_id, counts_for AS amount, effective_on, counts_until,
        (withdrawn_at AT TIME ZONE :zone)::date AS withdrawn_on
    FROM app.insurance_policies WHERE org_id = :org_id AND withdrawn_at IS NOT NULL
    UNION ALL
    SELECT id, org_id, 'document', kind, truck_id, NULL, effective_on, counts_until,
        (withdrawn_at AT TIME ZONE :zone)::date
    FROM app.company_documents WHERE org_id = :org_id AND withdrawn_at IS NOT NULL)
"""
BEGUN: Final = """
SELECT org_id, what, kind, truck_id, amount, effective_on, least(counts_until, withdrawn_on - 1)
FROM withdrawn WHERE counts_until IS NOT NULL AND effective_on <= withdrawn_on
"""
NOTICE_WITHDRAWN: Final = """
INSERT INTO app.paper_notices (org_id, id, sweep_id, what, paper_id, expires_on, days_before, noticed_at)
SELECT org_id, gen_random_uuid(), :sweep_id, what, id, least(counts_until, withdrawn_on - 1), -1, :now
FROM withdrawn WHERE id = :paper_id AND counts_until IS NOT NULL ON CONFLICT DO NOTHING RETURNING id
"""
ONCE_SHOWN: Final = sa.text(WITHDRAWN + BEGUN)
WRITE_WITHDRAWN: Final = sa.text(WITHDRAWN + NOTICE_WITHDRAWN).bindparams(
    sa.bindparam("now", type_=sa.DateTime(timezone=True))
)


async def find_ever_shown(session: ReadSession, org_id: UUID, zone: str) -> Shown:
    """As `find_all_shown`, and what had begun when the company withdrew it, as if that were its end."""
    asked = {"org_id": org_id, "zone": zone}
    shown, once = await find_all_shown(session, org_id), papers_of(await session.execute(ONCE_SHOWN, asked)).of(org_id)
    documents = {
        key: [*shown.documents.get(key, ()), *once.documents.get(key, ())]
        for key in shown.documents.keys() | once.documents.keys()
    }
    return replace(shown, policies=[*shown.policies, *once.policies], documents=documents)


async def insert_withdrawal_notice(
    session: WriteSession, org_id: UUID, paper_id: UUID, *, sweep_id: UUID, zone: str, now: datetime
) -> bool:
    """Whether it was written: not when the company was told of this end already."""
    asked = {"org_id": org_id, "paper_id": paper_id, "sweep_id": sweep_id, "zone": zone, "now": now}
    return (await session.execute(WRITE_WITHDRAWN, asked)).one_or_none() is not None


async def insert_lapse(session: WriteSession, lapse: PaperLapse) -> None:
    session.add(lapse)
    await session.flush()


async def get_lapse(session: ReadSession, org_id: UUID, lapse_id: UUID) -> PaperLapse | None:
    query = sa.select(PaperLapse).where(PaperLapse.org_id == org_id, PaperLapse.id == lapse_id)
    return (await session.execute(query)).scalar_one_or_none()


async def list_open_lapses(session: ReadSession, org_id: UUID) -> Sequence[PaperLapse]:
    query = sa.select(PaperLapse).where(PaperLapse.org_id == org_id, PaperLapse.restored_at.is_(None))
    return (await session.execute(query.order_by(PaperLapse.id))).scalars().all()


NAMES: Final = sa.text("""
SELECT p.id, p.kind, p.policy_number AS number, p.insurer AS of_whom, NULL::uuid AS truck_id,
    p.withdrawn_at IS NOT NULL AS is_withdrawn, p.review, p.refusal, p.counts_until
FROM app.insurance_policies AS p WHERE p.org_id = :org_id AND p.id = ANY(:ids)
UNION ALL
SELECT d.id, d.kind, CASE WHEN d.sealed_number IS NULL THEN d.number END, d.issuer, d.truck_id,
    d.withdrawn_at IS NOT NULL, d.review, d.refusal, d.counts_until
FROM app.company_documents AS d WHERE d.org_id = :org_id AND d.id = ANY(:ids)
""")


async def list_paper_names(session: ReadSession, org_id: UUID, ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    """Of policies and documents: kind, number, who gave it, of which truck it is, and whether it stands, by id."""
    return {row.id: row for row in await session.execute(NAMES, {"org_id": org_id, "ids": list(ids)})}
