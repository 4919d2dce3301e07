from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.adapters.documents.invoice_words import breakable, day, money, number, phone, window

pytestmark = pytest.mark.unit

DASH = "\N{EN DASH}"


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1234.5", "USD", "$1,234.50"),
        ("-40", "USD", "\N{MINUS SIGN}$40.00"),
        ("0", "USD", "$0.00"),
        ("-0.00", "USD", "$0.00"),
        ("9999999999.99", "CAD", "CAD\N{NO-BREAK SPACE}9,999,999,999.99"),
    ],
)
def test_money(amount: str, currency: str, words: str) -> None:
    assert money(Decimal(amount), currency) == words


@pytest.mark.parametrize(
    ("quantity", "words"), [("3.50", "3.5"), ("1200", "1,200"), ("100.00", "100"), ("1E+3", "1,000"), ("0.0", "0")]
)
def test_quantities(quantity: str, words: str) -> None:
    assert number(Decimal(quantity)) == words


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "zone", "words"),
    [
        (
            datetime(2026, 7, 4, 0, 30, tzinfo=UTC),
            datetime(2026, 7, 4, 3, 0, tzinfo=UTC),
            "America/New_York",
            f"Friday, July 3, 2026, 8:30 PM {DASH} 11:00 PM EDT",
        ),
        (
            datetime(2026, 7, 4, 3, 0, tzinfo=UTC),
            datetime(2026, 7, 4, 4, 0, tzinfo=UTC),
            "America/New_York",
            f"Friday, July 3, 2026, 11:00 PM {DASH} Saturday, July 4, 2026, 12:00 AM EDT",
        ),
        (
            datetime(2026, 11, 1, 5, 0, tzinfo=UTC),
            datetime(2026, 11, 1, 7, 0, tzinfo=UTC),
            "America/New_York",
            f"Sunday, November 1, 2026, 1:00 AM EDT {DASH} 2:00 AM EST",
        ),
    ],
)
def test_the_window_is_told_by_the_clock_of_the_pickup(
    starts_at: datetime, ends_at: datetime, zone: str, words: str
) -> None:
    assert window(starts_at, ends_at, zone) == words


def test_days() -> None:
    assert day(date(2026, 12, 6)) == "December 6, 2026"


@pytest.mark.parametrize(
    ("kept", "words"),
    [("+14155550134", "(415) 555-0134"), ("+442079460958", "+44 20 7946 0958"), ("ask Dana", "ask Dana")],
)
def test_telephone_numbers(kept: str, words: str) -> None:
    assert phone(kept) == words


def test_only_long_words_may_break() -> None:
    gap = "\N{ZERO WIDTH SPACE}"
    assert breakable("Labor, 3 movers " + "x" * 20) == "Labor, 3 movers " + "x" * 20
    assert breakable("x" * 45) == gap.join(["x" * 20, "x" * 20, "x" * 5])
