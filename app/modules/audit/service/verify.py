"""Walking the chains: every link against its content, the one before it and the heads exported earlier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.modules.audit import repository, rules
from app.modules.audit.values import Break, Head, Link
from app.runtime.db.session import ReadSession


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk found: `breaks` holds the first broken link of each chain that has one."""

    chains: int
    entries: int
    breaks: list[Break]


async def verify(session: ReadSession, heads: Sequence[Head], org_id: UUID | None = None) -> Verdict:
    """Walk the chain of `org_id`, or all, and compare them with `heads`. The session sees every chain."""
    heads = [head for head in heads if org_id in (None, head.org_id)]
    chains = await repository.chains(session) if org_id is None else [org_id]
    entries, breaks = 0, []
    for chain in chains:
        walked, broken = await _walk(session, chain)
        entries += walked
        breaks += [broken] if broken else []
    standing = await repository.hashes_at(session, {(head.org_id, head.seq) for head in heads})
    return Verdict(len(chains), entries, _first_of_each([*breaks, *rules.compare_heads(heads, standing)]))


async def _walk(session: ReadSession, org_id: UUID) -> tuple[int, Break | None]:
    before: Link | None = None
    walked = 0
    async for link in repository.links(session, org_id):
        fault = rules.find_break(link, before)
        if fault is not None:
            expected = before.seq + 1 if before else 1
            return walked, Break(org_id, min(expected, link.seq), fault)
        before, walked = link, walked + 1
    return walked, None


def _first_of_each(breaks: Sequence[Break]) -> list[Break]:
    first: dict[UUID, Break] = {}
    for one in sorted(breaks, key=lambda found: found.seq):
        first.setdefault(one.org_id, one)
    return sorted(first.values(), key=lambda found: found.org_id)
