"""An invoice's values as the words that stand on the paper: American English, dates and clocks of the place."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import phonenumbers

from app.kernel.money import round_cents
from app.kernel.ports.documents import Buyer, InvoiceDocument, PrintedLine, PrintedMove, Seller

MINUS: Final = "\N{MINUS SIGN}"
EN_DASH: Final = "\N{EN DASH}"
NORTH_AMERICA: Final = 1
CURRENCY_NAMES: Final = {"USD": "U.S. dollars", "CAD": "Canadian dollars"}
# A word that is wider than its column would run over the next; it may break where nothing is printed.
_TOO_LONG: Final = re.compile(r"(\w{20})(?=\w)")
_BREAK: Final = "\N{ZERO WIDTH SPACE}"


def invoice_words(document: InvoiceDocument) -> dict[str, Any]:
    """What the template prints, ready as strings, lists and nulls; it decides nothing but the layout."""
    currency = document.currency
    return {
        "number": document.number,
        "issued_on": day(document.issued_on),
        "due_on": day(document.due_on),
        "seller": _seller(document.seller),
        "buyer": _buyer(document.buyer),
        "move": _move(document.move),
        "lines": [_line(line, currency) for line in document.lines],
        "subtotal": money(document.subtotal, currency),
        "tax": money(document.tax, currency),
        "total": money(document.total, currency),
        "paid": money(-document.paid, currency) if document.paid else None,
        "amount_due": money(document.amount_due, currency),
        "terms": _terms(document),
        "notes": [breakable(note) for note in document.notes],
    }


def money(amount: Decimal, currency: str) -> str:
    """$1,234.50 for U.S. dollars, EUR 1,234.50 for others; the minus sign first."""
    rounded = round_cents(amount)
    symbol = "$" if currency == "USD" else f"{currency}\N{NO-BREAK SPACE}"
    return f"{MINUS if rounded < 0 else ''}{symbol}{abs(rounded):,.2f}"


def day(on: date) -> str:
    """November 21, 2026"""
    return f"{on:%B} {on.day}, {on.year}"


def window(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Saturday, November 21, 2026, 9:00 AM to 1:00 PM PST, as the clock of `zone` shows it."""
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    if start.date() == end.date():
        until = f"{_clock(end)} {end:%Z}"
    else:
        until = f"{end:%A}, {day(end.date())}, {_clock(end)} {end:%Z}"
    # On the night the clocks change, the two ends have different names for their time.
    start_zone = f" {start:%Z}" if f"{start:%Z}" != f"{end:%Z}" else ""
    return f"{start:%A}, {day(start.date())}, {_clock(start)}{start_zone} {EN_DASH} {until}"


def number(quantity: Decimal) -> str:
    """A quantity without needless noughts: 3.5, 1,200."""
    text = f"{quantity:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def breakable(text: str) -> str:
    return _TOO_LONG.sub(rf"\1{_BREAK}", text)


def phone(e164: str) -> str:
    """(415) 555-0134 for a North American number, +44 20 7946 0958 for others; what is no number stays as it is."""
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat
    form = style.NATIONAL if parsed.country_code == NORTH_AMERICA else style.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def _terms(document: InvoiceDocument) -> str:
    currency = CURRENCY_NAMES.get(document.currency, document.currency)
    settled = document.amount_due <= 0
    payment = "Paid in full." if settled else f"Payment is due by {day(document.due_on)}."
    return f"All amounts are in {currency}. {payment}"


def _clock(instant: datetime) -> str:
    return f"{instant:%I:%M %p}".lstrip("0")


def _seller(seller: Seller) -> dict[str, Any]:
    return {
        "name": breakable(seller.name),
        "lines": [breakable(line) for line in (*seller.address_lines, *_reach(seller))],
        "licences": [
            *([f"U.S. DOT No. {seller.usdot_number}"] if seller.usdot_number else []),
            *(breakable(one) for one in seller.licences),
        ],
    }


def _buyer(buyer: Buyer) -> dict[str, Any]:
    return {"name": breakable(buyer.name), "lines": [breakable(line) for line in buyer.address_lines]}


def _reach(seller: Seller) -> list[str]:
    return [*([phone(seller.phone)] if seller.phone else []), *([seller.email] if seller.email else [])]


def _move(move: PrintedMove) -> dict[str, Any]:
    return {
        "reference": move.reference,
        "window": window(move.starts_at, move.ends_at, move.pickup_zone),
        "pickup": [breakable(line) for line in move.pickup_lines],
        "delivery": [breakable(line) for line in move.delivery_lines],
    }


def _line(line: PrintedLine, currency: str) -> dict[str, str]:
    return {
        "description": breakable(line.description),
        "quantity": "" if line.quantity is None else number(line.quantity),
        "unit": breakable(line.unit or ""),
        "unit_price": "" if line.unit_price is None else money(line.unit_price, currency),
        "amount": money(line.amount, currency),
    }
