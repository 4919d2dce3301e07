from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.adapters.documents.pdf_reading import pages_of
from tests.conftest import PASSWORD, Member
from tests.factories.bookings import (
    SMALL_JOB,
    book_by_hand,
    complete_by_hand,
    complete_for_customer,
    issue,
    open_market,
    write_prices,
)
from tests.factories.callers import Caller
from tests.factories.customers import SignedInCustomer, sign_in_customer
from tests.factories.market import post
from tests.modules.invoices.values import LAST_EVENING
from tests.statements import sent_to

pytestmark = pytest.mark.integration

NO_SUCH = "01a1fcb9-aa68-7a7e-9c4c-3dcc6ad36659"


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


@pytest.fixture
async def customer(client: httpx.AsyncClient, resources: Resources) -> SignedInCustomer:
    return await sign_in_customer(client, resources)


class TestIssueInvoice:
    async def test_bills_the_work_as_done_with_the_tax_apart(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        headers = mover_a.headers
        await write_prices(client, headers, tax_rate="0.0875")
        extra = {"code": "waiting", "description": "Waiting for the keys", "amount": usd("40.10")}
        booking = await complete_by_hand(client, headers, estimate=SMALL_JOB, extras=[extra])
        invoice = await issue(client, headers, booking["id"])
        # 3.33 hours are billed as three and a half; 8.75 % of 590.35 are 51.655625.
        assert [(line["description"], line["quantity"], line["amount"]) for line in invoice["lines"]] == [
            ("Labour, crew of 1", "3.5", usd("525.00")),
            ("Mileage", "10.1", usd("25.25")),
            ("Waiting for the keys", "1", usd("40.10")),
        ]
        sums = {name: invoice[name]["amount"] for name in ("subtotal", "tax", "total", "amount_due")}
        assert sums == {"subtotal": "590.35", "tax": "51.66", "total": "642.01", "amount_due": "642.01"}
        assert invoice["total"] == booking["final_price"]["total"]
        assert (invoice["number"], invoice["status"]) == ("2027-000001", "issued")
        assert (invoice["booking_id"], invoice["organization_id"]) == (booking["id"], str(mover_a.org_id))
        assert (invoice["issued_at"], invoice["due_on"]) == ("2027-03-01T17:00:00Z", "2027-03-31")
        shown = await client.get(f"/v1/invoices/{invoice['id']}", headers=headers)
        assert shown.json() == invoice

    async def test_each_line_is_explained_by_the_work_the_version_and_the_rule(
        self, client: httpx.AsyncClient, mover_a: Caller
    ) -> None:
        rule = {"type": "weekend", "days": [0, 1, 2, 3, 4, 5, 6], "multiplier": "1.1"}
        await write_prices(client, mover_a.headers, tax_rate="0.0875", surcharge_rules=[rule])
        extra = {"code": "waiting", "description": "Waiting for the keys", "amount": usd("40.10")}
        booking = await complete_by_hand(client, mover_a.headers, estimate=SMALL_JOB, extras=[extra])
        invoice = await issue(client, mover_a.headers, booking["id"])
        explained = (await client.get(f"/v1/invoices/{invoice['id']}/explain", headers=mover_a.headers)).json()
        assert (explained["inputs"]["hours"], explained["inputs"]["distance_miles"]) == ("3.33", "10.1")
        billed = explained["billed"]["lines"]
        assert [line["amount"] for line in billed[:-1]] == [line["amount"] for line in invoice["lines"]]
        assert (billed[-1]["code"], billed[-1]["amount"]) == ("tax", invoice["tax"])
        rules = {line["code"]: line["rule"] for line in billed}
        assert rules["weekend"] == {"index": 0, "config_version": 1} == explained["promised"]["lines"][-2]["rule"]
        assert [rules[code] for code in ("labour", "waiting", "tax")] == [None, None, None]
        config = f"/v1/pricing-configs/{explained['pricing_config_id']}"
        stored = (await client.get(config, headers=mover_a.headers)).json()
        told = ("starts_at", "hours", "crew", "distance_miles")
        job = {name: explained["inputs"][name] for name in told} | {"pickup_zone": "America/Los_Angeles"}
        body = {"config": stored["config"], "job": job}
        again = await client.post("/v1/pricing-configs/simulate", headers=mover_a.headers, json=body)
        made = {line["code"]: line["amount"] for line in again.json()["lines"]}
        del made["tax"]
        assert made == {line["code"]: line["amount"] for line in billed if line["code"] not in {"waiting", "tax"}}

    @pytest.mark.parametrize(
        ("terms", "hours"), [({"kind": "binding"}, "as booked"), ({"kind": "non_binding"}, "3.33"), (None, "3.33")]
    )
    async def test_what_is_billed_is_made_of_the_job_that_its_promise_names(
        self, client: httpx.AsyncClient, mover_a: Caller, terms: dict[str, str] | None, hours: str
    ) -> None:
        await write_prices(client, mover_a.headers, estimate=terms)
        booking = await complete_by_hand(client, mover_a.headers, estimate=SMALL_JOB)
        invoice = await issue(client, mover_a.headers, booking["id"])
        explained = (await client.get(f"/v1/invoices/{invoice['id']}/explain", headers=mover_a.headers)).json()
        assert (explained["billed"]["estimate"] or {}).get("kind") == (terms or {}).get("kind")
        for name, inputs in (("promised", "promised_inputs"), ("billed", "inputs")):
            told = {key: explained[inputs][key] for key in ("starts_at", "hours", "crew", "distance_miles")}
            path = f"/v1/pricing-configs/{explained['pricing_config_id']}/simulate"
            job = told | {"pickup_zone": "America/Los_Angeles"}
            again = await client.post(path, headers=mover_a.headers, json=job)
            assert again.json()["total"] == explained[name]["total"], inputs
        booked = explained["promised_inputs"]["hours"]
        assert booked != "3.33"
        assert explained["inputs"]["hours"] == hours.replace("as booked", booked)

    async def test_a_price_as_agreed_is_one_line(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        booking = await complete_by_hand(client, mover_a.headers, price=usd("819.99"))
        invoice = await issue(client, mover_a.headers, booking["id"])
        assert [line["amount"] for line in invoice["lines"]] == [usd("819.99")]
        assert (invoice["tax"], invoice["total"]) == (usd("0.00"), usd("819.99"))
        explained = (await client.get(f"/v1/invoices/{invoice['id']}/explain", headers=mover_a.headers)).json()
        made_of = ("pricing_config_id", "config_version", "promised_inputs", "inputs")
        assert {explained[name] for name in made_of} == {None}
        assert explained["billed"]["lines"][0]["code"] == "agreed_price"

    async def test_a_booking_that_is_not_completed_gets_409_and_no_number(
        self, client: httpx.AsyncClient, mover_a: Caller
    ) -> None:
        held = await book_by_hand(client, mover_a.headers)
        answer = await client.post(f"/v1/bookings/{held['id']}/invoice", headers=mover_a.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "booking_not_completed")
        done = await complete_by_hand(client, mover_a.headers)
        assert (await issue(client, mover_a.headers, done["id"]))["number"] == "2027-000001"

    async def test_the_second_one_gets_409(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        first = await complete_by_hand(client, mover_a.headers)
        await issue(client, mover_a.headers, first["id"])
        answer = await client.post(f"/v1/bookings/{first['id']}/invoice", headers=mover_a.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "already_invoiced")
        second = await complete_by_hand(client, mover_a.headers)
        assert (await issue(client, mover_a.headers, second["id"]))["number"] == "2027-000002"

    async def test_the_same_key_gets_the_same_invoice(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        booking = await complete_by_hand(client, mover_a.headers)
        headers = mover_a.headers | {"Idempotency-Key": "bill-it"}
        first, second = [await client.post(f"/v1/bookings/{booking['id']}/invoice", headers=headers) for _ in range(2)]
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert second.headers["Idempotency-Replayed"] == "true"

    async def test_no_such_booking_gets_404(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        answer = await client.post(f"/v1/bookings/{NO_SUCH}/invoice", headers=mover_a.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "booking_not_found")

    async def test_numbers_begin_anew_with_the_company_s_year(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ) -> None:
        bookings = [await complete_by_hand(client, mover_a.headers) for _ in range(2)]
        numbers = []
        for booking, evening in zip(bookings, (LAST_EVENING, LAST_EVENING + timedelta(hours=3)), strict=True):
            clock.move_to(evening)
            body = {"email": mover_a.email, "password": PASSWORD}
            token = (await client.post("/v1/auth/login", json=body)).json()["access_token"]
            invoice = await issue(client, {"Authorization": f"Bearer {token}"}, booking["id"])
            numbers.append((invoice["number"], invoice["due_on"]))
        assert numbers == [("2027-000001", "2028-01-30"), ("2028-000001", "2028-01-31")]

    async def test_each_company_counts_for_itself(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        for headers in (mover_a.headers, mover_b.headers):
            booking = await complete_by_hand(client, headers)
            assert (await issue(client, headers, booking["id"]))["number"] == "2027-000001"


class TestListInvoices:
    async def test_pages_go_from_the_newest_to_the_oldest(
        self, client: httpx.AsyncClient, mover_a: Caller, clock: ManualClock
    ) -> None:
        issued = []
        for minutes in (0, 0, 1):  # two of one instant: their ids decide
            clock.advance(timedelta(minutes=minutes))
            booking = await complete_by_hand(client, mover_a.headers)
            issued.append((await issue(client, mover_a.headers, booking["id"]))["id"])
        first = await client.get("/v1/invoices?limit=2", headers=mover_a.headers)
        cursor = first.json()["next_cursor"]
        last = await client.get("/v1/invoices", params={"limit": 2, "cursor": cursor}, headers=mover_a.headers)
        assert last.json()["next_cursor"] is None
        listed = [item["id"] for page in (first, last) for item in page.json()["items"]]
        assert listed == [issued[2], *sorted(issued[:2], reverse=True)]
        assert 'rel="next"' in first.headers["Link"]

    async def test_asks_the_database_as_often_for_many_as_for_one(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Caller
    ) -> None:
        counts = []
        for _ in range(2):
            booking = await complete_by_hand(client, mover_a.headers)
            await issue(client, mover_a.headers, booking["id"])
            async with sent_to(resources.database) as statements:
                await client.get("/v1/invoices", headers=mover_a.headers)
            counts.append(sum("FROM invoices" in statement for statement in statements))
        assert counts == [1, 1]

    async def test_an_unknown_parameter_gets_422(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        assert (await client.get("/v1/invoices?paid=true", headers=mover_a.headers)).status_code == 422

    async def test_another_company_sees_nothing(
        self, client: httpx.AsyncClient, mover_a: Caller, mover_b: Caller
    ) -> None:
        booking = await complete_by_hand(client, mover_a.headers)
        await issue(client, mover_a.headers, booking["id"])
        answer = await client.get("/v1/invoices", headers=mover_b.headers)
        assert answer.json() == {"items": [], "next_cursor": None}


class TestCustomers:
    async def test_see_their_own_across_companies_and_nobody_else_s(
        self,
        client: httpx.AsyncClient,
        resources: Resources,
        mover_a: Caller,
        mover_b: Caller,
        staff: Caller,
        customer: SignedInCustomer,
    ) -> None:
        issued = []
        for mover in (mover_a, mover_b):
            await open_market(client, mover.headers, staff.headers)
            booking = await complete_for_customer(client, mover.headers, customer.headers, str(mover.org_id))
            issued.append(await issue(client, mover.headers, booking["id"]))
        listed = (await client.get("/v1/invoices", headers=customer.headers)).json()["items"]
        assert sorted(item["id"] for item in listed) == sorted(invoice["id"] for invoice in issued)
        assert {item["organization_id"] for item in listed} == {str(mover_a.org_id), str(mover_b.org_id)}
        path = f"/v1/invoices/{issued[0]['id']}"
        assert (await client.get(path, headers=customer.headers)).json() == issued[0]
        assert (await client.get(f"{path}/pdf", headers=customer.headers)).status_code == 200

        stranger = await sign_in_customer(client, resources)
        assert (await client.get("/v1/invoices", headers=stranger.headers)).json()["items"] == []
        for hidden in (path, f"{path}/pdf"):
            answer = await client.get(hidden, headers=stranger.headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "invoice_not_found")

    async def test_do_not_see_what_was_booked_by_hand_for_their_number(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Caller
    ) -> None:
        booking = await complete_by_hand(client, mover_a.headers)
        await issue(client, mover_a.headers, booking["id"])
        same_number = await sign_in_customer(client, resources, phone=booking["contact"]["phone"])
        assert (await client.get("/v1/invoices", headers=same_number.headers)).json()["items"] == []


async def show_numbers(client: httpx.AsyncClient, member: Caller) -> None:
    """Two licences that hold on the day of the job, one that is over by then, and one that was withdrawn."""
    of_all_time = {"issuer": "An Authority", "effective_on": "2026-01-01"}
    federal = of_all_time | {"kind": "mc_number", "number": "MC-123456"}
    state = of_all_time | {"kind": "state_permit", "number": "CAL-T0191234"}
    over, withdrawn = federal | {"number": "MC-999999", "expires_on": "2026-12-31"}, state | {"number": "CAL-T9999999"}
    shown = [
        await post(client, member.headers, "/v1/org/documents", one, 201) for one in (state, federal, over, withdrawn)
    ]
    gone = await client.delete(f"/v1/org/documents/{shown[-1]['id']}", headers=member.headers)
    assert gone.status_code == 204


class TestPrintInvoice:
    async def test_says_number_lines_and_total(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        booking = await complete_by_hand(client, mover_a.headers, price=usd("819.99"))
        await show_numbers(client, mover_a)
        invoice = await issue(client, mover_a.headers, booking["id"])
        pdf = await client.get(f"/v1/invoices/{invoice['id']}/pdf", headers=mover_a.headers)
        assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
        assert pdf.headers["content-disposition"] == 'attachment; filename="invoice-2027-000001.pdf"'
        assert pdf.content.startswith(b"%PDF")
        text = "\n".join(pages_of(pdf.content))
        for said in ("2027-000001", booking["reference"], "Bob Moss", "819.99"):
            assert said in text
        assert "U.S. DOT No. 1234567 · MC-123456 · CAL-T0191234" in text
        assert "MC-999999" not in text

    async def test_the_paper_does_not_change_when_the_company_does(
        self, client: httpx.AsyncClient, mover_a: Caller, clock: ManualClock
    ) -> None:
        booking = await complete_by_hand(client, mover_a.headers)
        path = f"/v1/invoices/{(await issue(client, mover_a.headers, booking['id']))['id']}/pdf"
        before = await client.get(path, headers=mover_a.headers)
        etag = (await client.get("/v1/org", headers=mover_a.headers)).headers["ETag"]
        renamed = await client.patch(
            "/v1/org", headers=mover_a.headers | {"If-Match": etag}, json={"name": "Renamed Movers"}
        )
        assert renamed.json()["name"] == "Renamed Movers"
        clock.advance(timedelta(minutes=5))
        after = await client.get(path, headers=mover_a.headers)
        assert after.content == before.content

    async def test_no_such_invoice_gets_404(self, client: httpx.AsyncClient, mover_a: Caller) -> None:
        for path in (f"/v1/invoices/{UUID(NO_SUCH)}", f"/v1/invoices/{NO_SUCH}/pdf"):
            answer = await client.get(path, headers=mover_a.headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "invoice_not_found")
