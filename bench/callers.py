"""Who calls the measured program: their settings' keys, their tokens, and their requests as bytes on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import SecretStr

from app.kernel.ids import new_id
from app.kernel.signing import Signer
from app.modules.customers.models import Customer
from app.modules.customers.service.seals import CustomerSeals
from app.modules.customers.values import Channel
from app.runtime.auth.opaque import make_token, token_hash
from app.runtime.auth.tokens import Claims, Tokens
from app.runtime.sealing import Sealer, Seals
from app.runtime.settings import AuthSettings, LimitSettings
from bench.ground import Company, Ground
from bench.load import HOST

TOKEN_KEY: Final = "the key of the benchmark, which guards nothing"
PEPPER: Final = "the pepper of the benchmark, which guards nothing"
SEALING_KEY: Final = "the sealing key of the benchmark, which seals nothing"
PUBLIC_URL: Final = "https://bench.example"
AUTH: Final = AuthSettings(token_key=SecretStr(TOKEN_KEY), pepper=SecretStr(PEPPER), sealing_key=SecretStr(SEALING_KEY))


def settings_of(ground: Ground, redis_url: str, folder: Path) -> dict[str, str]:
    """The measured program's environment: as in production, but that no limit is reached."""
    return {
        **ground.urls,
        "ENVIRONMENT": "production",
        "REDIS_URL": redis_url,
        "MOVEHUB_AUTH__TOKEN_KEY": TOKEN_KEY,
        "MOVEHUB_AUTH__PEPPER": PEPPER,
        "MOVEHUB_AUTH__SEALING_KEY": SEALING_KEY,
        "MOVEHUB_HTTP__PUBLIC_URL": PUBLIC_URL,
        # The same few customers win race after race.
        "MOVEHUB_MARKET__MOST_HOLDS": "1000000",
        "MOVEHUB_HTTP__HOSTS": f'["{HOST}"]',
        **{f"MOVEHUB_LIMITS__{name.upper()}": "1000000" for name in LimitSettings.model_fields if "_per_" in name},
        "MOVEHUB_MAIL__MAILBOX": str(folder / "mailbox.jsonl"),
        "MOVEHUB_STORAGE__ROOT": str(folder / "objects"),
    }


def owner_token(company: Company) -> str:
    """An access token of the company's owner, good for a quarter of an hour."""
    now = datetime.now(UTC)
    tokens = Tokens(AUTH)
    claims = Claims(company.user_id, company.org_id, "owner", company.session_id, now, tokens.expiry(now))
    return tokens.issue(claims)


async def sign_in_customers(admin_url: str, count: int) -> list[str]:
    """Tokens of as many new customers."""
    signer, now = Signer(TOKEN_KEY.encode()), datetime.now(UTC)
    made = [_Customer(number, new_id(), new_id()) for number in range(count)]
    tokens = [make_token(signer, "mhc", one.customer_id, one.session_id) for one in made]
    customers = [(*_sealed(one), now) for one in made]
    sessions = [
        (one.session_id, one.customer_id, token_hash(token), now, now + timedelta(days=1))
        for one, token in zip(made, tokens, strict=True)
    ]
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.executemany(INSERT_CUSTOMER, customers)
        await connection.executemany(INSERT_SESSION, sessions)
    finally:
        await connection.close()
    return tokens


def _sealed(one: _Customer) -> tuple[UUID, bytes, bytes]:
    seals = CustomerSeals(Seals(Sealer(SEALING_KEY.encode()), Signer(PEPPER.encode())))
    row = Customer(id=one.customer_id)
    seals.put(row, Channel.SMS, f"+1415{one.number:07d}")
    return one.customer_id, row.sealed_phone or b"", row.phone_index or b""


INSERT_CUSTOMER: Final = (
    "INSERT INTO app.customers (id, sealed_phone, phone_index, version, created_at, updated_at) "
    "VALUES ($1, $2, $3, 1, $4, $4)"
)
INSERT_SESSION: Final = (
    "INSERT INTO app.customer_sessions (id, customer_id, token_hash, created_at, last_used_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $4, $5)"
)


@dataclass(frozen=True, slots=True)
class _Customer:
    number: int
    customer_id: UUID
    session_id: UUID


def get(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def post(path: str, body: dict[str, Any], *, token: str | None = None, key: str | None = None) -> bytes:
    sent = json.dumps(body).encode()
    lines = [f"POST {path} HTTP/1.1", f"Host: {HOST}", "Content-Type: application/json"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if key is not None:
        lines.append(f"Idempotency-Key: {key}")
    lines.append(f"Content-Length: {len(sent)}")
    return "\r\n".join([*lines, "", ""]).encode() + sent
