"""What people type stands where it belongs and nowhere else: not in logs, metrics, events, the trail or refusals."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.modules.customers import service as customers
from app.runtime.db.session import WriteSession
from app.runtime.resources import Resources
from app.runtime.telemetry.logs import JsonLines
from tests.conftest import Logins, Member
from tests.factories.customers import SignedInCustomer, sign_in_customer

pytestmark = pytest.mark.integration

WRITTEN: Final = "a warning for the log of the server"
# Each is nobody's and stands nowhere else.
CANARIES: Final = {
    "name": "Quillonia Featherstonehaugh",
    "street": "4711 Zwitscherweg",
    "email": "piep.canary@zwitscher.example",
    "phone": "+14157730199",
    "password": "hummingbird-sings-at-0431",
    "code": "canarycode",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5c2lnbmF0dXJl",
    "session": "mhc_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5",
    "refresh": "mhr_emVpc2lnemVpc2lnemVpc2lnemVpc2ln",
    "card": "4000056655665556",
    "ssn": "078-05-1120",
    "file": "my-passport-serinus.pdf",
    "note": "the key is below the finchpot",
    "reason": "divorce from Girlitz",
    "path": "stieglitz-in-the-path",
    "query": "zeisig-in-the-query",
    "unknown_query": "dompfaff-in-the-query",
    "key": "gimpel-as-a-key",
    "idempotency": "kanari-as-idempotency\u00fckey",
    "etag": '"hänfling"',
    "agent": "Bluthaenfling/1.0",
    "cookie": "birkenzeisig-in-a-cookie",
    "csrf": "bergfink-as-csrf",
    "referer": "https://rotkehlchen.example/zaunkoenig",
    "raw": "buchfink, and no JSON",
    "bad_type": "gruenfink-as-a-number",
    "link": "kernbeisser-as-a-link",
    "deep": "goldammer-deep-down",
}


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Every line of the process, as it is written in production, at its most talkative."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    # The test's own client tells the addresses that it asks for.
    handler.addFilter(lambda record: not record.name.startswith(("httpx", "httpcore")))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
async def bare(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose requests are not compared with the document; what breaks is answered, not raised."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def told_in(text: str, *, but: frozenset[str] = frozenset()) -> set[str]:
    """The names of the canaries in a text, plain or as JSON writes them."""
    return {
        name for name, word in CANARIES.items() if name not in but and (word in text or json.dumps(word)[1:-1] in text)
    }


def requests(customer: dict[str, str], member: dict[str, str]) -> list[dict[str, Any]]:
    """A canary in every position of a request: taken, refused for its form, and refused for its caller."""
    c = CANARIES
    place = {"line1": c["street"], "city": c["deep"], "state": "ZZ", "postal_code": c["card"]}
    contact = {"full_name": c["name"], "phone": c["phone"], "email": c["email"]}
    nobody = "00000000-0000-7000-8000-000000000000"
    sent: list[dict[str, Any]] = [
        {"method": "PATCH", "url": "/v1/customers/me", "json": {"full_name": c["name"]}, "headers": customer},
        {"method": "PATCH", "url": "/v1/customers/me", "json": {c["key"]: c["ssn"]}, "headers": customer},
        {"method": "PATCH", "url": "/v1/customers/me", "json": {"full_name": [c["deep"]]}, "headers": customer},
        {"method": "POST", "url": "/v1/customers/otp", "json": {"phone": c["phone"]}},
        {"method": "POST", "url": "/v1/customers/otp", "json": {"email": c["email"]}},
        {"method": "POST", "url": "/v1/customers/otp", "json": {"phone": c["bad_type"]}},
        {"method": "POST", "url": "/v1/customers/me/otp", "json": {"email": c["email"]}, "headers": customer},
        {"method": "POST", "url": "/v1/customers/otp/verify", "json": {"challenge_id": nobody, "code": c["code"]}},
        {"method": "POST", "url": "/v1/auth/login", "json": {"email": c["email"], "password": c["password"]}},
        {"method": "POST", "url": "/v1/auth/token", "data": {"username": c["email"], "password": c["password"]}},
        {"method": "POST", "url": "/v1/auth/refresh", "json": {"refresh_token": c["refresh"]}},
        {"method": "POST", "url": "/v1/auth/register", "json": {"email": c["email"], "password": c["password"]}},
        {"method": "POST", "url": "/v1/auth/password-reset/request", "json": {"email": c["email"]}},
        {"method": "POST", "url": "/v1/search", "json": {"origin": place, "destination": place, "note": c["note"]}},
        {
            "method": "POST",
            "url": "/v1/bookings",
            "json": {"quote_id": nobody, "contact": contact},
            "headers": customer,
        },
        {
            "method": "POST",
            "url": f"/v1/bookings/{nobody}/cancel",
            "json": {"reason": c["reason"]},
            "headers": customer,
        },
        {"method": "POST", "url": f"/v1/bookings/{nobody}/start", "json": {"note": c["note"]}, "headers": member},
        {"method": "POST", "url": "/v1/uploads", "json": {"file_name": c["file"]}, "headers": member},
        {"method": "POST", "url": "/v1/trucks", "json": {"name": {"a": c["deep"]}}, "headers": member},
        {"method": "GET", "url": f"/v1/bookings/{c['path']}", "headers": customer},
        {"method": "GET", "url": f"/v1/{c['path']}"},
        {"method": "GET", "url": "/v1/bookings", "params": {"cursor": c["query"]}, "headers": customer},
        {"method": "GET", "url": "/v1/orgs", "params": {"limit": c["query"]}},
        {"method": "GET", "url": "/v1/orgs", "params": {"q": c["unknown_query"]}},
        {"method": "GET", "url": "/v1/track", "params": {"token": c["link"]}},
        {"method": "POST", "url": "/v1/reschedule", "params": {"token": c["link"]}, "json": {}},
        {"method": "GET", "url": "/v1/calendar.ics", "params": {"token": c["link"]}},
        {"method": "GET", "url": "/v1/customers/me", "headers": {"Authorization": f"Bearer {c['jwt']}"}},
        {"method": "GET", "url": "/v1/customers/me", "headers": {"Authorization": f"Bearer {c['session']}"}},
        {"method": "GET", "url": "/v1/customers/me", "headers": {"Authorization": f"Basic {c['password']}"}},
        {"method": "GET", "url": "/v1/customers/me", "headers": {"Cookie": f"movehub_ct={c['cookie']}"}},
        {
            "method": "POST",
            "url": "/v1/customers/me/otp",
            "headers": customer | {"Content-Type": "application/json"},
            "content": c["raw"],
        },
        {"method": "POST", "url": "/v1/search", "headers": {"Content-Type": "text/plain"}, "content": c["raw"]},
    ]
    everywhere = {"User-Agent": c["agent"], "Referer": c["referer"], "X-CSRF-Token": c["csrf"]}
    for name, word in (("Idempotency-Key", c["idempotency"]), ("If-Match", c["etag"])):
        headers = customer | {name: word.encode().decode("latin-1")}
        sent.append({"method": "PATCH", "url": "/v1/customers/me", "json": {"full_name": "A"}, "headers": headers})
    return [one | {"headers": everywhere | one.get("headers", {})} for one in sent]


@pytest.fixture
async def customer(client: httpx.AsyncClient, resources: Resources) -> SignedInCustomer:
    return await sign_in_customer(client, resources)


async def stand_in(admin: asyncpg.Connection, table: str) -> str:
    return "\n".join(row[0] for row in await admin.fetch(f"SELECT to_jsonb(t)::text FROM app.{table} AS t"))


async def test_no_word_leaves_by_another_door(
    bare: httpx.AsyncClient, customer: SignedInCustomer, mover_a: Member, logged: io.StringIO, logins: Logins
):
    assert len(CANARIES) >= 25
    sent = requests(customer.headers, mover_a.headers)
    answers = [
        await bare.request(**one | {"headers": {k: v.encode("latin-1") for k, v in one["headers"].items()}})
        for one in sent
    ]
    metrics = (await bare.get("/metrics")).text

    # Each of them was sent: none is looked for in vain.
    assert told_in(repr(sent), but=frozenset({"idempotency", "etag"})) == CANARIES.keys() - {"idempotency", "etag"}
    assert {answer.status_code for answer in answers} >= {200, 202, 401, 404, 415, 422}
    assert all(answer.status_code < 500 for answer in answers), [answer.text for answer in answers]
    for answer in answers:
        if answer.status_code >= 400:
            # `instance` is the path that was asked for, a pointer the field that was sent.
            assert not told_in(answer.text, but=frozenset({"path", "key"})), (answer.request.url, answer.text)
    assert metrics
    assert not told_in(metrics)
    assert logged.getvalue()
    assert not told_in(logged.getvalue())
    admin = await asyncpg.connect(logins.admin)
    for table in ("outbox_events", "audit_entries", "inbox_messages", "schedules"):
        assert not told_in(await stand_in(admin, table)), table
    await admin.close()


FAULTS: Final = {
    "a value of the wrong type": "SELECT CAST(:word AS text)::integer",
    "a row that is refused": "SELECT set_config('role', :word, true)",
    "a statement that is none": "SELEKT :word",
}


@pytest.mark.parametrize("fault", list(FAULTS))
async def test_nor_when_something_breaks(
    bare: httpx.AsyncClient,
    customer: SignedInCustomer,
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
):
    async def break_down(session: WriteSession, actor: Any, patch: Any, version: Any) -> None:
        await session.execute(sa.text(FAULTS[fault]), {"word": patch.full_name})

    monkeypatch.setattr(customers, "change_me", break_down)

    for name, word in CANARIES.items():
        answer = await bare.patch("/v1/customers/me", json={"full_name": word}, headers=customer.headers)
        assert answer.status_code >= 400, (name, answer.text)
        assert not told_in(answer.text), (name, answer.text)
    assert "Traceback" in logged.getvalue()
    assert not told_in(logged.getvalue())


async def test_neither_does_the_databases_own_log_tell(
    bare: httpx.AsyncClient, customer: SignedInCustomer, monkeypatch: pytest.MonkeyPatch, logins: Logins
):
    """The server's settings for our logins, and what it wrote where its log can be read."""
    admin = await asyncpg.connect(logins.admin)
    quiet = {
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
    for url in (logins.app, logins.worker):
        login = await asyncpg.connect(url)
        assert {name: await login.fetchval(f"SHOW {name}") for name in quiet} == quiet
        await login.close()
    written = Path(await admin.fetchval("SHOW data_directory")).parents[1] / "postgres.log"
    await admin.execute(f"DO $$ BEGIN RAISE WARNING '{WRITTEN}'; END $$")
    await admin.close()
    words = list(FAULTS.values())

    async def break_down(session: WriteSession, actor: Any, patch: Any, version: Any) -> None:
        await session.execute(sa.text(words.pop()), {"word": patch.full_name})

    monkeypatch.setattr(customers, "change_me", break_down)
    for word in list(CANARIES.values())[: len(FAULTS)]:
        answer = await bare.patch("/v1/customers/me", json={"full_name": word}, headers=customer.headers)
        assert answer.status_code >= 400
    if not written.is_file():
        pytest.skip("This server writes its log where it cannot be read from here; its settings were right.")
    log = written.read_text(errors="replace")
    assert WRITTEN in log
    assert not told_in(log)
