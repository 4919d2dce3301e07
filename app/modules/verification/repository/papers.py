"""SQL of papers: policies, documents, and the laws they are held against."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.modules.verification.models import (
    CompanyDocument,
    CompanyPack,
    EnforcedPack,
    InsurancePolicy,
)
from app.modules.verification.values import (
    Cover,
    Days,
    DocumentKind,
    InsuranceKind,
    PackCode,
    PolicyShown,
    Shown,
)
from app.runtime.db.base import AnyRow
from app.runtime.db.session import DriverRow, ReadSession, WriteSession
from app.runtime.db.statements import Ready

MOST_SHOWN: Final = 200


async def insert_policy(session: WriteSession, policy: InsurancePolicy) -> None:
    session.add(policy)
    await session.flush()


async def list_policies(session: ReadSession, org_id: UUID, page: PageRequest) -> Sequence[InsurancePolicy]:
    """The oldest first; one row more than the page holds."""
    query = sa.select(InsurancePolicy).where(InsurancePolicy.org_id == org_id)
    if page.after is not None:
        query = query.where(InsurancePolicy.id > UUID(page.after[0]))
    return (await session.execute(query.order_by(InsurancePolicy.id).limit(page.limit + 1))).scalars().all()


# One statement, so that a search asks once: what touches the days asked for, and what was declared. What nobody has
# looked at counts as far as it is trusted (rules/looks.py), and where it is not, has no last day.
SHOWN = Ready(
    sa.text(
        """
SELECT org_id, 'policy' AS what, kind, NULL::uuid AS truck_id, counts_for AS amount, effective_on, counts_until
FROM app.insurance_policies
WHERE org_id = ANY(:org_ids) AND withdrawn_at IS NULL AND effective_on <= :last AND counts_until >= :first
UNION ALL
SELECT org_id, 'document', kind, truck_id, NULL, effective_on, counts_until
FROM app.company_documents
WHERE org_id = ANY(:org_ids) AND withdrawn_at IS NULL AND effective_on <= :last
    AND counts_until >= :first AND (:with_trucks OR truck_id IS NULL)
UNION ALL
SELECT org_id, 'pack', pack, NULL, NULL, NULL, NULL FROM app.company_packs WHERE org_id = ANY(:org_ids)
UNION ALL
SELECT NULL, 'enforced', pack, NULL, NULL, NULL, NULL FROM app.enforced_packs
"""
    ).bindparams(
        sa.bindparam("org_ids", type_=pg.ARRAY(pg.UUID(as_uuid=True))),
        sa.bindparam("first", type_=sa.Date),
        sa.bindparam("last", type_=sa.Date),
        sa.bindparam("with_trucks", type_=sa.Boolean),
    )
)
NOTHING = Shown([], {}, set())
# A search reads some thousand rows: looked up, a kind costs a tenth of what it costs made of its text.
INSURANCES: Final[Mapping[str, InsuranceKind]] = {kind.value: kind for kind in InsuranceKind}
DOCUMENTS: Final[Mapping[str, DocumentKind]] = {kind.value: kind for kind in DocumentKind}
PACKS: Final[Mapping[str, PackCode]] = {pack.value: pack for pack in PackCode}


@dataclass(frozen=True, slots=True)
class Papers:
    """What each company shows, and what the platform enforces."""

    by_org: dict[UUID, Shown]
    enforced: set[PackCode]

    def of(self, org_id: UUID) -> Shown:
        return self.by_org.get(org_id, NOTHING)


async def find_shown(
    session: ReadSession, org_ids: Collection[UUID], days: Days, *, with_trucks: bool = False
) -> Papers:
    """What each company shows for the days asked for, and what it has declared."""
    asked = {"org_ids": list(org_ids), "first": days.first, "last": days.last, "with_trucks": with_trucks}
    return papers_of(await SHOWN.rows(session, asked))


def papers_of(rows: Iterable[DriverRow | AnyRow]) -> Papers:
    """Of rows as SHOWN has them."""
    found: dict[UUID, Shown] = {}
    enforced: set[PackCode] = set()
    for org_id, what, kind, truck_id, amount, effective_on, expires_on in rows:
        if org_id is None:
            enforced.add(PACKS[kind])
            continue
        shown = found.get(org_id)
        if shown is None:
            shown = found[org_id] = Shown([], {}, set())
        if what == "policy":
            shown.policies.append(PolicyShown(INSURANCES[kind], amount, Cover(effective_on, expires_on)))
        elif what == "document":
            shown.documents.setdefault((DOCUMENTS[kind], truck_id), []).append(Cover(effective_on, expires_on))
        else:
            shown.packs.add(PACKS[kind])
    return Papers(found, enforced)


async def insert_document(session: WriteSession, document: CompanyDocument) -> None:
    session.add(document)
    await session.flush()


async def get_document(session: ReadSession, org_id: UUID, document_id: UUID) -> CompanyDocument | None:
    query = sa.select(CompanyDocument).where(CompanyDocument.org_id == org_id, CompanyDocument.id == document_id)
    return (await session.execute(query)).scalar_one_or_none()


async def list_documents(session: ReadSession, org_id: UUID, page: PageRequest) -> Sequence[CompanyDocument]:
    """The oldest first, withdrawn ones too; one row more than the page holds."""
    query = sa.select(CompanyDocument).where(CompanyDocument.org_id == org_id)
    if page.after is not None:
        query = query.where(CompanyDocument.id > UUID(page.after[0]))
    return (await session.execute(query.order_by(CompanyDocument.id).limit(page.limit + 1))).scalars().all()


async def get_policy(session: ReadSession, org_id: UUID, policy_id: UUID) -> InsurancePolicy | None:
    query = sa.select(InsurancePolicy).where(InsurancePolicy.org_id == org_id, InsurancePolicy.id == policy_id)
    return (await session.execute(query)).scalar_one_or_none()


async def withdraw(session: WriteSession, paper: InsurancePolicy | CompanyDocument, now: datetime) -> None:
    paper.withdrawn_at = now
    await session.flush()


async def list_licence_numbers(session: ReadSession, org_id: UUID, on: date) -> Sequence[str]:
    """Its MC and state numbers of that day, as they are printed; each once, the federal one first. A number that staff
    have yet to look at is printed nowhere.
    """
    query = (
        sa.select(CompanyDocument.number)
        .where(
            CompanyDocument.org_id == org_id,
            CompanyDocument.kind.in_((DocumentKind.MC_NUMBER, DocumentKind.STATE_PERMIT)),
            CompanyDocument.withdrawn_at.is_(None),
            CompanyDocument.effective_on <= on,
            CompanyDocument.counts_until >= on,
        )
        .order_by(CompanyDocument.kind, CompanyDocument.id)
    )
    return list(dict.fromkeys(number for number in (await session.execute(query)).scalars() if number is not None))


async def is_paper(session: ReadSession, org_id: UUID, upload_id: UUID) -> bool:
    """Whether the file is what a policy or a document of the company shows, a withdrawn one's too."""
    shown = (
        sa.exists().where(paper.org_id == org_id, paper.upload_id == upload_id)
        for paper in (InsurancePolicy, CompanyDocument)
    )
    return bool((await session.execute(sa.select(sa.or_(*shown)))).scalar_one())


async def list_packs(session: ReadSession, org_id: UUID) -> set[PackCode]:
    query = sa.select(CompanyPack.pack).where(CompanyPack.org_id == org_id)
    return set((await session.execute(query)).scalars())


async def list_packs_of(session: ReadSession, org_ids: Collection[UUID]) -> dict[UUID, set[PackCode]]:
    """Of several companies; who has declared none is left out."""
    query = sa.select(CompanyPack.org_id, CompanyPack.pack).where(CompanyPack.org_id.in_(org_ids))
    found: dict[UUID, set[PackCode]] = {}
    for org_id, pack in await session.execute(query):
        found.setdefault(org_id, set()).add(pack)
    return found


async def replace_packs(session: WriteSession, org_id: UUID, packs: Collection[PackCode], now: datetime) -> None:
    await session.execute(sa.delete(CompanyPack).where(CompanyPack.org_id == org_id))
    session.add_all(CompanyPack(org_id=org_id, id=new_id(), pack=pack, declared_at=now) for pack in sorted(packs))
    await session.flush()


async def list_enforced(session: ReadSession) -> set[PackCode]:
    return set((await session.execute(sa.select(EnforcedPack.pack))).scalars())


async def replace_enforced(session: WriteSession, packs: Collection[PackCode], now: datetime) -> None:
    await session.execute(sa.delete(EnforcedPack))
    session.add_all(EnforcedPack(pack=pack, enforced_at=now) for pack in sorted(packs))
    await session.flush()


async def list_orgs_of_number(session: ReadSession, number: str) -> set[UUID]:
    """For staff: whose document or policy bears this number; blanks, dashes and capitals do not matter."""
    said = "".join(letter for letter in number.upper() if letter.isalnum())
    if not any(letter.isdigit() for letter in said):
        return set()
    documents = sa.select(CompanyDocument.org_id).where(
        _bare(CompanyDocument.number) == said, CompanyDocument.sealed_number.is_(None)
    )
    policies = sa.select(InsurancePolicy.org_id).where(_bare(InsurancePolicy.policy_number) == said)
    return set((await session.execute(documents.union(policies))).scalars())


def _bare(number: Any) -> sa.ColumnElement[str]:
    return sa.func.regexp_replace(sa.func.upper(number), "[^A-Z0-9]", "", "g")


async def list_latest_documents(session: ReadSession, org_id: UUID) -> Sequence[CompanyDocument]:
    query = sa.select(CompanyDocument).where(CompanyDocument.org_id == org_id)
    return (await session.execute(query.order_by(CompanyDocument.id.desc()).limit(MOST_SHOWN))).scalars().all()


async def list_latest_policies(session: ReadSession, org_id: UUID) -> Sequence[InsurancePolicy]:
    query = sa.select(InsurancePolicy).where(InsurancePolicy.org_id == org_id)
    return (await session.execute(query.order_by(InsurancePolicy.id.desc()).limit(MOST_SHOWN))).scalars().all()
