"""Discounts that may be had so many times: counted when a booking is confirmed, read when one is searched for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.modules.pricing import repository
from app.modules.pricing.errors import DiscountUsedUp
from app.modules.pricing.rules import limited_discounts, price_from_json
from app.modules.pricing.service.cards import rate_card
from app.runtime.db.session import ReadSession, WriteSession

DISCOUNT = "discount"


async def discount_uses(
    session: ReadSession, org_ids: Sequence[UUID], codes: Collection[str]
) -> dict[UUID, dict[str, int]]:
    """How often each company's discounts of these codes were had; one statement."""
    found: dict[UUID, dict[str, int]] = {}
    for row in await repository.list_discount_uses(session, org_ids, codes):
        found.setdefault(row.org_id, {})[row.code] = row.uses
    return found


async def use_discounts(
    session: WriteSession, org_id: UUID, config_id: UUID | None, price: Mapping[str, Any]
) -> list[str]:
    """Count the limited discounts of a stored price, each code once, and name them; a price without a discount asks for
    nothing.

    Locks: the counts of the discounts, by code. Raises: DiscountUsedUp (409).
    """
    if config_id is None or all(line["code"] != DISCOUNT for line in price["lines"]):
        return []
    card = await rate_card(session, org_id, config_id)
    limited = sorted(limited_discounts(card.compiled.config, price_from_json(price)).items())
    for code, most in limited:
        if not await repository.use_discount(session, org_id, code, most):
            raise DiscountUsedUp(f"{code} has been had {most} times.", discount=code)
    return [code for code, _ in limited]


async def lock_discounts(session: WriteSession, org_id: UUID) -> None:
    """For whoever takes or returns several at once. Locks: the counts of the company's discounts, by code."""
    await repository.lock_discounts(session, org_id)


async def return_discounts(session: WriteSession, org_id: UUID, codes: Sequence[str]) -> None:
    """Somebody else may have these uses again. Locks: the counts of the discounts, by code."""
    for code in sorted(codes):
        await repository.return_discount(session, org_id, code)
