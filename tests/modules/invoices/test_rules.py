from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.ids import new_id
from app.kernel.ports.documents import InvoiceDocument
from app.modules.bookings.public import Billable, BookingStatus
from app.modules.invoices import rules
from app.modules.orgs.public import Company, OrgStatus
from tests.modules.invoices.values import LAST_EVENING, place, price

pytestmark = pytest.mark.unit

LOS_ANGELES = "America/Los_Angeles"
cents = st.decimals("0", "99999.99", places=2)


def company(timezone: str = LOS_ANGELES) -> Company:
    return Company(
        id=new_id(),
        name="Golden Gate Movers",
        phone="+14155550134",
        timezone=timezone,
        usdot_number="1234567",
        status=OrgStatus.VERIFIED,
        address=place("1355 Market Street"),
    )


def job(**changes: Any) -> Billable:
    facts: dict[str, Any] = {
        "booking_id": new_id(),
        "reference": "MH-7KQ29FW",
        "status": BookingStatus.COMPLETED,
        "customer_id": None,
        "contact": {"full_name": "Bob Moss", "phone": "+14155550123", "email": None},
        "origin": place("500 Castro Street"),
        "destination": place("2340 Filbert Street"),
        "starts_at": datetime(2027, 12, 31, 17, tzinfo=UTC),
        "ends_at": datetime(2027, 12, 31, 21, tzinfo=UTC),
        "completed_at": datetime(2027, 12, 31, 20, tzinfo=UTC),
        "pickup_zone": LOS_ANGELES,
        "final_price": price("100.00", "25.25"),
        "currency": "USD",
    }
    return Billable(**(facts | changes))


class TestBillOf:
    def test_tax_stands_apart_from_the_lines(self) -> None:
        bill = rules.bill_of(price("525.00", "25.25", tax="48.15"))
        assert [line["amount"]["amount"] for line in bill.lines] == ["525.00", "25.25"]
        assert (bill.subtotal, bill.tax, bill.total) == (Decimal("550.25"), Decimal("48.15"), Decimal("598.40"))

    def test_a_price_without_tax_keeps_all_its_lines(self) -> None:
        bill = rules.bill_of(price("525.00", "25.25"))
        assert len(bill.lines) == 2
        assert (bill.subtotal, bill.tax, bill.total) == (Decimal("550.25"), Decimal(0), Decimal("550.25"))

    def test_an_extra_that_a_crew_called_tax_is_a_line(self) -> None:
        told = price("525.00", "25.25")
        told["lines"][-1]["code"] = "tax"
        bill = rules.bill_of(told)
        assert (len(bill.lines), bill.tax) == (2, Decimal(0))

    @given(amounts=st.lists(cents, min_size=1, max_size=20), tax=cents)
    def test_the_cents_are_those_of_the_price(self, amounts: list[Decimal], tax: Decimal) -> None:
        told = price(*map(str, amounts), tax=str(tax) if tax else None)
        bill = rules.bill_of(told)
        assert bill.total == bill.subtotal + bill.tax == Decimal(told["total"]["amount"])
        assert sum((Decimal(line["amount"]["amount"]) for line in bill.lines), Decimal(0)) == bill.subtotal


class TestNumbers:
    @pytest.mark.parametrize(("count", "number"), [(1, "2027-000001"), (999_999, "2027-999999")])
    def test_six_digits_in_the_series(self, count: int, number: str) -> None:
        assert rules.number_of("2027", count) == number

    def test_beyond_a_million_the_number_grows(self) -> None:
        assert rules.number_of("2027", 1_000_000) == "2027-1000000"

    @pytest.mark.parametrize(
        ("timezone", "series", "issued_on", "due_on"),
        [
            (LOS_ANGELES, "2027", date(2027, 12, 31), date(2028, 1, 30)),
            ("America/New_York", "2028", date(2028, 1, 1), date(2028, 1, 31)),
            ("Pacific/Honolulu", "2027", date(2027, 12, 31), date(2028, 1, 30)),
        ],
    )
    def test_year_and_dates_are_the_company_s(self, timezone: str, series: str, issued_on: date, due_on: date) -> None:
        assert rules.series_of(LAST_EVENING, timezone) == series
        assert rules.issue_dates(LAST_EVENING, timezone) == (issued_on, due_on)


class TestDocumentOf:
    def test_says_who_bills_whom_for_what(self) -> None:
        billed = job(final_price=price("525.00", tax="45.94"))
        bill = rules.bill_of(price("525.00", tax="45.94"))
        document = rules.document_of("2027-000007", company(), billed, bill, LAST_EVENING)
        assert (document.number, document.issued_on, document.due_on) == (
            "2027-000007",
            date(2027, 12, 31),
            date(2028, 1, 30),
        )
        assert (document.seller.name, document.seller.usdot_number) == ("Golden Gate Movers", "1234567")
        assert (document.buyer.name, document.buyer.address_lines[0]) == ("Bob Moss", "2340 Filbert Street")
        assert "phone" not in document.buyer.model_dump()
        assert (document.move.reference, document.move.pickup_lines[0]) == ("MH-7KQ29FW", "500 Castro Street")
        assert (document.subtotal, document.tax, document.total) == (
            Decimal("525.00"),
            Decimal("45.94"),
            Decimal("570.94"),
        )

    def test_comes_back_from_json_as_it_was(self) -> None:
        bill = rules.bill_of(price("525.00", "0.10", tax="45.95"))
        document = rules.document_of("2027-000007", company(), job(), bill, LAST_EVENING)
        stored = document.model_dump(mode="json")
        assert InvoiceDocument.model_validate(stored) == document
        assert stored["total"] == "571.05"


class TestFingerprint:
    def test_the_order_of_keys_does_not_count(self) -> None:
        assert rules.fingerprint({"a": 1, "b": {"c": 2, "d": 3}}) == rules.fingerprint({"b": {"d": 3, "c": 2}, "a": 1})

    def test_a_cent_does(self) -> None:
        assert rules.fingerprint({"total": "570.94"}) != rules.fingerprint({"total": "570.95"})
