"""What an invoice says: the completed booking as a paper. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.kernel.places import Place
from app.kernel.ports.documents import Buyer, InvoiceDocument, PrintedLine, PrintedMove, Seller
from app.modules.bookings.public import Billable
from app.modules.orgs.public import Company
from app.modules.pricing.public import Moved

# Practice of the trade where nothing else was agreed.
DUE_AFTER: Final = timedelta(days=30)
SUMS: Final = ("subtotal", "tax", "total")


@dataclass(frozen=True, slots=True)
class Bill:
    """The sums and lines of a final price; the tax line stands apart from the others."""

    lines: tuple[Mapping[str, Any], ...]
    subtotal: Decimal
    tax: Decimal
    currency: str

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax


def bill_of(final_price: Mapping[str, Any]) -> Bill:
    """The stored final price as a bill, to the same cents."""
    lines = tuple(final_price["lines"])
    subtotal, total = (Decimal(final_price[name]["amount"]) for name in ("subtotal", "total"))
    # A price has its tax as the last line, when there is any. Its code would not tell: a crew may call an extra so.
    tax = total - subtotal
    return Bill(lines[:-1] if tax else lines, subtotal, tax, final_price["total"]["currency"])


def number_of(series: str, count: int) -> str:
    return f"{series}-{count:06d}"


def series_of(issued_at: datetime, timezone: str) -> str:
    """The year on the company's own calendar: numbers begin anew with it."""
    return f"{issued_at.astimezone(ZoneInfo(timezone)):%Y}"


def issue_dates(issued_at: datetime, timezone: str) -> tuple[date, date]:
    """Issued on and due on, local dates of the company."""
    issued_on = issued_at.astimezone(ZoneInfo(timezone)).date()
    return issued_on, issued_on + DUE_AFTER


def document_of(
    number: str, company: Company, job: Billable, bill: Bill, issued_at: datetime, *, licences: Sequence[str] = ()
) -> InvoiceDocument:
    """`licences`: the company's MC and state numbers on the day of the job."""
    issued_on, due_on = issue_dates(issued_at, company.timezone)
    return InvoiceDocument(
        number=number,
        issued_on=issued_on,
        due_on=due_on,
        currency=bill.currency,
        seller=Seller(
            name=company.name,
            address_lines=company.address.address_lines,
            phone=company.phone,
            usdot_number=company.usdot_number,
            licences=tuple(licences),
        ),
        buyer=Buyer(name=job.contact["full_name"], address_lines=job.destination.address_lines),
        move=PrintedMove(
            reference=job.reference,
            starts_at=job.starts_at,
            ends_at=job.ends_at,
            pickup_zone=job.pickup_zone,
            pickup_lines=job.origin.address_lines,
            delivery_lines=job.destination.address_lines,
        ),
        lines=tuple(_printed(line) for line in bill.lines),
        subtotal=bill.subtotal,
        tax=bill.tax,
        total=bill.total,
    )


def parties_of(document: InvoiceDocument) -> dict[str, Any]:
    """What of an invoice says who was moved: name, streets and doors, as JSON."""
    return {
        "buyer": document.buyer.model_dump(mode="json"),
        "pickup_lines": list(document.move.pickup_lines),
        "delivery_lines": list(document.move.delivery_lines),
    }


def with_parties(document: InvoiceDocument, parties: Mapping[str, Any]) -> InvoiceDocument:
    lines = {name: tuple(parties[name]) for name in ("pickup_lines", "delivery_lines")}
    move = document.move.model_copy(update=lines)
    return document.model_copy(update={"buyer": Buyer.model_validate(parties["buyer"]), "move": move})


def without_parties(document: InvoiceDocument, job: Billable) -> InvoiceDocument:
    """The same invoice, to whoever is known by the move's reference, from town to town."""
    pickup, delivery = _town_of(job.origin), _town_of(job.destination)
    buyer = {"name": f"Customer of move {job.reference}", "address_lines": delivery}
    return with_parties(document, {"buyer": buyer, "pickup_lines": pickup, "delivery_lines": delivery})


def _town_of(place: Place) -> tuple[str]:
    return (place.without_address().address_lines[1].strip(),)


def kept_until(issued_at: datetime, years: int) -> date:
    """The last day on which an invoice says who was moved: terms count from the end of its year."""
    return date(issued_at.year + years, 12, 31)


def forgotten_before(now: datetime, years: int) -> datetime:
    """What was issued before this instant has been kept for as long as it has to be."""
    return datetime(now.year - years, 1, 1, tzinfo=UTC)


def _printed(line: Mapping[str, Any]) -> PrintedLine:
    return PrintedLine(
        description=line["description"],
        quantity=Decimal(line["quantity"]),
        unit=line["unit"],
        unit_price=Decimal(line["unit_price"]),
        amount=Decimal(line["amount"]["amount"]),
    )


def find_moved(
    document: Mapping[str, Any], beside: Mapping[str, Any], final_price: Mapping[str, Any] | None
) -> tuple[Moved, ...]:
    """Every line and sum of a stored document that its booking's final price does not give; `beside`: the columns."""
    if final_price is None:
        return (Moved("booking", "completed", "without a final price"),)
    try:
        bill = bill_of(final_price)
        was = [PrintedLine.model_validate(line) for line in document["lines"]]
        now = [_printed(line) for line in bill.lines]
        sums = {name: Decimal(document[name]) for name in SUMS}
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        return (Moved("document", "as stored", f"cannot be read ({type(error).__name__}: {error})"),)
    pairs = enumerate(zip_longest(was, now), 1)
    moved = [Moved(f"line {at}", _line_text(old), _line_text(new)) for at, (old, new) in pairs if old != new]
    for name in SUMS:
        due = getattr(bill, name)
        moved += [
            Moved(place, f"{stored:.2f} {bill.currency}", f"{due:.2f} {bill.currency}")
            for place, stored in ((name, sums[name]), (f"{name} beside the document", beside[name]))
            if stored != due
        ]
    if fingerprint(document) != beside["sha256"]:
        moved.append(Moved("fingerprint of the document", beside["sha256"], fingerprint(document)))
    return tuple(moved)


def _line_text(line: PrintedLine | None) -> str:
    if line is None:
        return "nothing"
    return f"{line.description}, {line.quantity} {line.unit} at {line.unit_price}: {line.amount}"


def fingerprint(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON: whoever holds the paper can tell that it is the one that was issued."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
