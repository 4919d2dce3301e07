"""Papers made for people: what is printed, as frozen values, and who prints it.

The values are JSON both ways, so an issued invoice is kept as `document.model_dump(mode="json")` and printed
again, years later, from `InvoiceDocument.model_validate(stored)`.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Protocol, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from app.kernel.money import ExactDecimal

MOST_LINES: Final = 500


class Printed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Seller(Printed):
    """The company as it stands in the letterhead. `usdot_number`: null where it has none; `licences`: its MC and state
    numbers as they are printed.
    """

    name: str
    address_lines: tuple[str, ...]
    phone: str | None = None
    email: str | None = None
    usdot_number: str | None = None
    licences: tuple[str, ...] = ()


class Buyer(Printed):
    """Who is billed, as the law asks: a name and where they are. How they are reached is for the booking to know."""

    name: str
    address_lines: tuple[str, ...] = ()


class PrintedMove(Printed):
    """The move that is billed; its times are printed as the wall clock of `pickup_zone` (IANA) shows them."""

    reference: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    pickup_zone: str
    pickup_lines: tuple[str, ...]
    delivery_lines: tuple[str, ...]


class PrintedLine(Printed):
    """One line. A discount's amount is negative; a line without quantity is a flat amount."""

    description: str
    quantity: ExactDecimal | None = None
    unit: str | None = None
    unit_price: ExactDecimal | None = None
    amount: ExactDecimal


class InvoiceDocument(Printed):
    """An invoice as printed; amounts of one currency, dates local to the company.

    Raises: pydantic's ValidationError when the sums do not hold.
    """

    number: str
    issued_on: date
    due_on: date
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    seller: Seller
    buyer: Buyer
    move: PrintedMove
    lines: Annotated[tuple[PrintedLine, ...], Field(min_length=1, max_length=MOST_LINES)]
    subtotal: ExactDecimal
    tax: ExactDecimal
    total: ExactDecimal
    paid: ExactDecimal = Decimal(0)
    notes: tuple[str, ...] = ()

    @property
    def amount_due(self) -> Decimal:
        return self.total - self.paid

    @model_validator(mode="after")
    def refuse_wrong_sums(self) -> Self:
        if sum((line.amount for line in self.lines), Decimal(0)) != self.subtotal:
            raise ValueError("the lines do not add up to the subtotal")
        if self.subtotal + self.tax != self.total:
            raise ValueError("subtotal and tax do not add up to the total")
        return self


class RenderingFailed(Exception):
    """The paper could not be made of these values."""


class DocumentRenderer(Protocol):
    async def render_invoice(self, document: InvoiceDocument, *, made_at: datetime) -> bytes:
        """The invoice as a PDF. The same values and instant make the same bytes. Raises: RenderingFailed."""
        ...
