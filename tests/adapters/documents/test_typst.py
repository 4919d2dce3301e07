import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from app.adapters.documents.typst import TypstRenderer
from app.kernel.ports.documents import InvoiceDocument
from tests.adapters.documents.pdf_reading import pages_of

pytestmark = pytest.mark.unit

MADE_AT = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
ARCHIVE_MARK = b"pdfaid:part"
LABOUR = {
    "description": "Labor, 3 movers",
    "quantity": "4.25",
    "unit": "hour",
    "unit_price": "165.00",
    "amount": "701.25",
}
DISCOUNT = {"description": "Weekday discount", "amount": "-40.00"}
TOLD: dict[str, Any] = {
    "number": "2026-000123",
    "issued_on": "2026-11-21",
    "due_on": "2026-12-06",
    "currency": "USD",
    "seller": {
        "name": "Golden Gate Movers LLC",
        "address_lines": ["1355 Market Street", "San Francisco, CA 94103"],
        "phone": "+14155550134",
        "email": "billing@movehub.example",
        "usdot_number": "1234567",
    },
    "buyer": {"name": "Dana Whitfield", "address_lines": ["500 Castro Street"]},
    "move": {
        "reference": "MH-7KQ29F",
        "starts_at": "2026-11-21T17:00:00Z",
        "ends_at": "2026-11-21T21:30:00Z",
        "pickup_zone": "America/Los_Angeles",
        "pickup_lines": ["500 Castro Street", "San Francisco, CA 94114"],
        "delivery_lines": ["88 Grand Avenue", "Oakland, CA 94612"],
    },
    "lines": [LABOUR, DISCOUNT],
    "subtotal": "661.25",
    "tax": "10.00",
    "total": "671.25",
    "paid": "200.00",
    "notes": ["Thank you for moving with us."],
}


@pytest.fixture(scope="module")
def renderer() -> TypstRenderer:
    return TypstRenderer()


def an_invoice(**changes: Any) -> InvoiceDocument:
    return InvoiceDocument.model_validate(TOLD | changes)


def billed_to(name: str) -> InvoiceDocument:
    return an_invoice(buyer={"name": name})


class TestInvoiceDocument:
    def test_it_comes_back_from_json_as_it_was(self) -> None:
        invoice = an_invoice()
        assert InvoiceDocument.model_validate(invoice.model_dump(mode="json")) == invoice
        assert invoice.amount_due == Decimal("471.25")

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"subtotal": "661.24", "total": "671.24"}, "lines do not add up"),
            ({"total": "671.26"}, "do not add up to the total"),
            ({"lines": []}, "at least 1"),
            ({"currency": "dollars"}, "pattern"),
        ],
    )
    def test_wrong_sums_are_refused(self, changes: dict[str, Any], complaint: str) -> None:
        with pytest.raises(ValidationError, match=complaint):
            an_invoice(**changes)


class TestRenderInvoice:
    async def test_everything_a_bill_must_say_stands_on_the_paper(self, renderer: TypstRenderer) -> None:
        pdf = await renderer.render_invoice(an_invoice(), made_at=MADE_AT)
        assert pdf.startswith(b"%PDF-1.")
        assert ARCHIVE_MARK in pdf
        [page] = pages_of(pdf)
        assert page.splitlines() == [
            "Golden Gate Movers LLC",
            "1355 Market Street",
            "San Francisco, CA 94103",
            "(415) 555-0134",
            "billing@movehub.example",
            "U.S. DOT No. 1234567",
            "INVOICE",
            "2026-000123",
            "BILL TO",
            "Dana Whitfield",
            "500 Castro Street",
            "BOOKING",
            "MH-7KQ29F",
            "ISSUED",
            "November 21, 2026",
            "DUE",
            "December 6, 2026",
            "AMOUNT DUE",
            "$471.25",
            "MOVE",
            " ",
            "Saturday, November 21, 2026, 9:00 AM – 1:30 PM PST",  # noqa: RUF001
            "PICKUP",
            "500 Castro Street",
            "San Francisco, CA 94114",
            "DELIVERY",
            "88 Grand Avenue",
            "Oakland, CA 94612",
            "Description",
            "Quantity",
            "Unit",
            "Unit price",
            "Amount",
            "Labor, 3 movers",
            "4.25",
            "hour",
            "$165.00",
            "$701.25",
            "Weekday discount",
            "\N{MINUS SIGN}$40.00",
            "Subtotal",
            "$661.25",
            "Tax",
            "$10.00",
            "Total",
            "$671.25",
            "Paid",
            "\N{MINUS SIGN}$200.00",
            "Amount due",
            "$471.25",
            "All amounts are in U.S. dollars. Payment is due by December 6, 2026.",
            "Thank you for moving with us.",
            "Invoice 2026-000123 · Booking MH-7KQ29F",
            "Page 1 of 1",
        ]

    @pytest.mark.parametrize(
        "name",
        [
            'Dana #read("/etc/passwd")',
            "] #panic() [",
            "*bold* _it_ $x$ `raw` <label> @ref",
            "\\ // /* ~ -- ... 'q' \"q\"",
            "= heading",
            "#sys.inputs",
            "{{ }} ${x} %s",
            "Zoë Иванова Ελένη",
        ],
    )
    async def test_a_name_is_never_read_as_markup(self, renderer: TypstRenderer, name: str) -> None:
        pdf = await renderer.render_invoice(billed_to(name), made_at=MADE_AT)
        assert ARCHIVE_MARK in pdf
        # A run ends where the script changes.
        assert name in pages_of(pdf)[0].replace("\n", "")

    @pytest.mark.parametrize("name", ["Dana 📦", "山田太郎", "👩‍🚒"])
    async def test_a_character_without_a_glyph_costs_the_archive_form_and_not_the_bill(
        self, renderer: TypstRenderer, name: str
    ) -> None:
        pdf = await renderer.render_invoice(billed_to(name), made_at=MADE_AT)
        assert ARCHIVE_MARK not in pdf
        assert "$471.25" in pages_of(pdf)[0]

    async def test_a_long_bill_has_its_head_on_every_page_and_its_sum_on_the_last(
        self, renderer: TypstRenderer
    ) -> None:
        lines = [LABOUR | {"description": f"Line {number}"} for number in range(120)]
        total = str(Decimal("701.25") * 120)
        invoice = an_invoice(lines=lines, subtotal=total, tax="0", total=total)
        pages = pages_of(await renderer.render_invoice(invoice, made_at=MADE_AT))
        assert len(pages) == 5
        for number, page in enumerate(pages, start=1):
            assert f"Page {number} of 5" in page
            assert "Unit price" in page
        assert ["Subtotal" in page for page in pages] == [False] * 4 + [True]
        text = "".join(pages)
        assert all(f"Line {number}\n" in text for number in range(120))
        assert "$84,150.00" in pages[-1]

    async def test_a_word_wider_than_its_column_is_broken(self, renderer: TypstRenderer) -> None:
        name = "W" * 100
        [page] = pages_of(await renderer.render_invoice(billed_to(name), made_at=MADE_AT))
        runs = [line.strip("\N{ZERO WIDTH SPACE}") for line in page.splitlines() if line.startswith("WW")]
        assert runs == ["W" * 20] * 5

    async def test_a_settled_bill_says_so(self, renderer: TypstRenderer) -> None:
        [page] = pages_of(await renderer.render_invoice(an_invoice(paid="671.25"), made_at=MADE_AT))
        assert "Paid in full." in page
        assert "Payment is due" not in page

    async def test_the_same_bill_is_the_same_bytes(self, renderer: TypstRenderer) -> None:
        first = await renderer.render_invoice(an_invoice(), made_at=MADE_AT)
        again = await TypstRenderer().render_invoice(an_invoice(), made_at=MADE_AT)
        assert first == again

    async def test_bills_set_at_the_same_time_keep_their_own_words(self, renderer: TypstRenderer) -> None:
        names = [f"Customer {number}" for number in range(20)]
        pdfs = await asyncio.gather(*(renderer.render_invoice(billed_to(name), made_at=MADE_AT) for name in names))
        assert [[n for n in names if f"{n}\n" in pages_of(pdf)[0]] for pdf in pdfs] == [[n] for n in names]
