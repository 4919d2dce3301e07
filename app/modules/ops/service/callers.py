"""Whom a caller on the phone means, by anything that they can say, and however it is typed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.modules.bookings import public as bookings
from app.modules.bookings.public import SoughtBookings
from app.modules.customers import public as customers
from app.modules.fleet import public as fleet
from app.modules.identity import public as identity
from app.modules.invoices import public as invoices
from app.modules.ops.errors import SaidTooLittle
from app.modules.orgs.public import Sought
from app.modules.verification import public as verification
from app.runtime.db.session import ReadSession
from app.runtime.db.spelling import FEWEST_LETTERS
from app.runtime.phones import to_e164
from app.runtime.resources import Resources

REFERENCE: Final = re.compile(r"MH[\s-]*([2-9A-HJ-NP-Z]{7})", re.IGNORECASE | re.ASCII)
INVOICE: Final = re.compile(r"(\d{4})[\s-]+(\d{6})", re.ASCII)
US_DOT: Final = re.compile(r"(?:U\.?\s*S\.?\s*)?(?:DOT)?\s*(?:No\.?|number|#)?\s*(\d{1,8})", re.IGNORECASE | re.ASCII)
NO_PHONE: Final = re.compile(r"[^\d\s()+./-]")


@dataclass(frozen=True, slots=True)
class Said:
    """What a caller said, as each thing that it may be; None: it is no such thing."""

    text: str
    email: str | None
    phone: str | None
    reference: str | None
    invoice: str | None
    usdot: str | None

    @property
    def is_name(self) -> bool:
        return not (self.email or self.phone or self.reference or self.invoice or self.usdot)

    @property
    def name(self) -> str:
        """What was said, where it is long enough for a name. Raises: SaidTooLittle (422)."""
        if sum(letter.isalnum() for letter in self.text) < FEWEST_LETTERS:
            raise SaidTooLittle
        return self.text


def read_said(text: str) -> Said:
    reference, invoice, usdot = REFERENCE.fullmatch(text), INVOICE.fullmatch(text), US_DOT.fullmatch(text)
    return Said(
        text=text,
        email=text.lower() if "@" in text else None,
        phone=_phone(text),
        reference=f"MH-{reference[1].upper()}" if reference else None,
        invoice=f"{invoice[1]}-{invoice[2]}" if invoice else None,
        usdot=usdot[1] if usdot else None,
    )


def _phone(text: str) -> str | None:
    """In E.164: blanks, brackets and dots do not matter, nor whether the country's code and its plus are said."""
    if NO_PHONE.search(text):
        return None
    try:
        return to_e164(text)
    except ValueError:
        return None


async def sought_bookings(session: ReadSession, resources: Resources, said: Said) -> SoughtBookings:
    """By what was left with a booking, by what the customer signs in with now, by its invoice.

    Raises: SaidTooLittle (422).
    """
    address = said.email or said.phone
    customer = await customers.find_customer(session, resources, address) if address else None
    return SoughtBookings(
        reference=said.reference,
        email=said.email,
        phone=said.phone,
        name=said.name if said.is_name else None,
        customer_id=customer.id if customer else None,
        ids=frozenset(await invoices.bookings_of_number(session, said.invoice)) if said.invoice else frozenset(),
    )


async def sought_companies(session: ReadSession, resources: Resources, text: str) -> Sought:
    """By what each module keeps of companies, and by those who have a booking with them."""
    said = read_said(text)
    org_ids: set[UUID] = set()
    if not said.is_name:
        found = await bookings.find_bookings(session, await sought_bookings(session, resources, said))
        org_ids |= {booking.org_id for booking in found}
    if said.email:
        org_ids |= await identity.orgs_of_email(session, said.email)
    else:
        org_ids |= await fleet.orgs_of_plate(session, text)
        org_ids |= await verification.orgs_of_number(session, text)
    return Sought(text, frozenset(org_ids), said.usdot)
