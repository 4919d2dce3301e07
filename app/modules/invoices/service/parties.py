"""Who was moved, and from which door to which: kept beside the invoice, sealed, for as long as the law asks for it.

The invoice itself never changes, and names nobody: what is printed is the two together, and the invoice alone when
the other is forgotten.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from app.kernel.ports.documents import InvoiceDocument
from app.modules.audit import public as audit
from app.modules.invoices import repository, rules
from app.modules.invoices.models import Invoice, InvoiceParties
from app.modules.invoices.values import KeptInvoice
from app.runtime.db.resealing import SealedRows, reseal
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.sealing import CannotOpen, SealedColumn, Seals

logger = logging.getLogger(__name__)

PLACE: Final = SealedColumn("invoice_parties", "parties")
ROWS: Final = SealedRows(PLACE, InvoiceParties.id, InvoiceParties.sealed_parties)


async def keep_parties(session: WriteSession, invoice: Invoice, parties: dict[str, Any]) -> None:
    kept = InvoiceParties(
        org_id=invoice.org_id,
        id=invoice.id,
        customer_id=invoice.customer_id,
        sealed_parties=PLACE.seal(session.seals, invoice.id, json.dumps(parties)),
        forgotten_at=None,
    )
    await repository.insert_parties(session, kept)


async def printed_document(session: ReadSession, invoice: Invoice) -> InvoiceDocument:
    """The invoice as it is printed: to its buyer, or to a pseudonym when nobody has them kept any more."""
    document = InvoiceDocument.model_validate(invoice.document)
    sealed = await repository.get_sealed_parties(session, invoice.id)
    parties = None if sealed is None else _opened(session.seals, invoice.id, sealed)
    return document if parties is None else rules.with_parties(document, parties)


async def personal_data(session: ReadSession, customer_id: UUID) -> list[dict[str, Any]]:
    """Every invoice of the customer, each with its `parties`. As the customer."""
    parties = await repository.list_parties_of_customer(session, customer_id)
    return [
        {**row, "parties": _told(session.seals, parties[row["id"]])}
        for row in await repository.list_rows_of_customer(session, customer_id)
    ]


async def kept_invoices(session: ReadSession, customer_id: UUID, years: int) -> Sequence[KeptInvoice]:
    """The invoices that say who the customer is, and until when they do. As the customer."""
    return [
        KeptInvoice(row.id, row.number, row.org_id, rules.kept_until(row.issued_at, years))
        for row in await repository.list_kept(session, customer_id)
    ]


async def forget_old_parties(resources: Resources) -> None:
    """Whom the law does not have kept any more, asked or not. As the worker, company after company."""
    now, years = resources.clock.now(), resources.settings.privacy.invoice_years
    before = rules.forgotten_before(now, years)
    for org_id in await audit.company_ids(resources.database):
        is_more = True
        while is_more:
            async with resources.database.write(Identity(Audience.WORKER, org_id=org_id)) as session:
                is_more = await repository.forget_parties(session, org_id, before, now)


async def reseal_parties(resources: Resources) -> None:
    """After a change of the sealing key. As the worker, company after company."""
    if not resources.sealer.has_former:
        return
    for org_id in await audit.company_ids(resources.database):
        await reseal(resources.database, Identity(Audience.WORKER, org_id=org_id), resources.seals, ROWS)


def _told(seals: Seals, row: dict[str, Any]) -> dict[str, Any]:
    sealed = row.pop("sealed_parties")
    return {**row, "parties": None if sealed is None else _opened(seals, row["id"], sealed)}


def _opened(seals: Seals, invoice_id: UUID, sealed: bytes) -> dict[str, Any] | None:
    """None for what does not open, which is logged: the invoice is printed without."""
    try:
        parties: dict[str, Any] = json.loads(PLACE.open(seals, invoice_id, sealed))
    except CannotOpen:
        logger.exception("an invoice's parties do not open", extra={"invoice_id": str(invoice_id)})
        return None
    return parties
