"""The corpus of bad tokens: whatever is wrong, the one answer is BadToken (security: AUTH-3, 3.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.runtime.auth.jws import BadToken
from app.runtime.auth.tokens import Claims, Tokens, key_id
from app.runtime.settings import AuthSettings

pytestmark = pytest.mark.unit

KEY = "a key of the tests, long enough for HMAC"
OLD = "the key before it, which is long enough too"
NOW = datetime(2027, 3, 1, 17, tzinfo=UTC)
STAMP = int(NOW.timestamp())
SETTINGS = AuthSettings(token_key=KEY, previous_token_key=OLD, pepper="p" * 32, sealing_key="s" * 32)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changes: Any) -> dict[str, Any]:
    body = {
        "iss": "movehub",
        "aud": "movehub-api",
        "sub": str(UUID(int=1)),
        "org": str(UUID(int=2)),
        "role": "owner",
        "sid": str(UUID(int=3)),
        "jti": uuid4().hex,
        "iat": STAMP,
        "nbf": STAMP,
        "exp": STAMP + 900,
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


HEADER = {"alg": "HS256", "typ": "at+jwt", "kid": key_id(KEY)}


def token(body: Any = None, header: Any = None, key: bytes = KEY.encode(), raw: bytes | None = None) -> str:
    head = b64(json.dumps(HEADER if header is None else header).encode())
    payload = b64(raw if raw is not None else json.dumps(claims() if body is None else body).encode())
    mac = hmac.new(key, f"{head}.{payload}".encode(), hashlib.sha256).digest()
    return f"{head}.{payload}.{b64(mac)}"


def without(name: str) -> dict[str, Any]:
    return claims(**{name: ...})


NESTED = ("[" * 500).encode()
BAD = {
    **{
        f"no {name}": token(without(name))
        for name in ("iss", "aud", "sub", "jti", "iat", "nbf", "exp", "sid", "role", "org")
    },
    "a role of nobody": token(claims(role="emperor")),
    "roles as a list": token(claims(role=["owner"])),
    "other audience": token(claims(aud="another")),
    "audience as a list": token(claims(aud=["movehub-api", "x"])),
    "other issuer": token(claims(iss="someone")),
    "expired": token(claims(iat=STAMP - 1000, nbf=STAMP - 1000, exp=STAMP - 100)),
    "for ten years": token(claims(exp=STAMP + 315_360_000)),
    "from the future": token(claims(iat=STAMP + 3600, nbf=STAMP + 3600, exp=STAMP + 4500)),
    "ends before it begins": token(claims(exp=STAMP - 1)),
    "not valid before later": token(claims(nbf=STAMP + 10)),
    "times as text": token(claims(exp=str(STAMP + 900))),
    "times as fractions": token(claims(exp=STAMP + 899.5)),
    "exp infinite": token(raw=json.dumps(claims()).replace(str(STAMP + 900), "1e400").encode()),
    "exp Infinity": token(raw=json.dumps(claims()).replace(str(STAMP + 900), "Infinity").encode()),
    "exp NaN": token(raw=json.dumps(claims()).replace(str(STAMP + 900), "NaN").encode()),
    "sub is no id": token(claims(sub="robert'); drop table users")),
    "sub is a number": token(claims(sub=7)),
    "sub twice": token(raw=json.dumps(claims()).replace('"sub"', '"sub": "x", "sub"', 1).encode()),
    "body is a list": token([]),
    "body is text": token("hello"),
    "body is null": token(raw=b"null"),
    "body is not JSON": token(raw=b"{"),
    "body is nested": token(raw=NESTED),
    "body has a NUL": token(claims(sub="\x00")),
    "body has a lone surrogate": token(raw=b'{"sub": "\\ud800"}'),
    "alg none": token(header=HEADER | {"alg": "none"}),
    "alg NONE without signature": token(header=HEADER | {"alg": "NONE"}).rsplit(".", 1)[0] + ".",
    "alg HS384": token(header=HEADER | {"alg": "HS384"}),
    "alg RS256": token(header=HEADER | {"alg": "RS256"}),
    "alg a list": token(header=HEADER | {"alg": ["HS256"]}),
    "no alg": token(header={"typ": "at+jwt", "kid": key_id(KEY)}),
    "no kid": token(header={"alg": "HS256", "typ": "at+jwt"}),
    "unknown kid": token(header=HEADER | {"kid": "f" * 16}),
    "kid a path": token(header=HEADER | {"kid": "../../etc/passwd"}),
    "kid a number": token(header=HEADER | {"kid": 0}),
    "typ of a refresh token": token(header=HEADER | {"typ": "refresh+jwt"}),
    "typ JWT": token(header=HEADER | {"typ": "JWT"}),
    "crit": token(header=HEADER | {"crit": ["b64"]}),
    "jwk": token(header=HEADER | {"jwk": {"kty": "oct", "k": b64(KEY.encode())}}),
    "jku": token(header=HEADER | {"jku": "http://127.0.0.1/keys"}),
    "x5u": token(header=HEADER | {"x5u": "http://127.0.0.1/cert"}),
    "header is a list": token(header=[]),
    "header is nested": f"{b64(NESTED)}.{b64(b'{}')}.{b64(b'x')}",
    "header twice": token().replace(token().split(".")[0], b64(b'{"alg":"HS256","alg":"HS256","typ":"at+jwt"}')),
    "empty key": token(key=b""),
    "four-byte key": token(key=b"abcd"),
    "the other key under this kid": token(key=OLD.encode()),
    "this key under the other kid": token(header=HEADER | {"kid": key_id(OLD)}),
    "padded": token() + "==",
    "a space": token() + " ",
    "a line break": token() + "\n",
    "two parts": ".".join(token().split(".")[:2]),
    "four parts": token() + ".x",
    "empty": "",
    "dots": "..",
    "no signature": token().rsplit(".", 1)[0] + ".",
    "a changed signature": token()[:-2] + ("AA" if not token().endswith("AA") else "BB"),
    "very long": token(claims(jti="x" * 4000)),
    "five megabytes": "a" * 5_000_000,
    "not ASCII": token().replace(".", "\u2024"),
    "another alphabet": base64.b64encode(b"\xfb\xff\xfe").decode() * 3,
}


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(SETTINGS)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_token_is_a_bad_token(tokens: Tokens, name: str):
    with pytest.raises(BadToken):
        tokens.verify(BAD[name], NOW)


def test_the_hand_made_good_one_is_good(tokens: Tokens):
    assert tokens.verify(token(), NOW).user_id == UUID(int=1)


@given(st.text(max_size=300))
def test_no_text_raises_anything_else(text: str):
    with pytest.raises(BadToken):
        Tokens(SETTINGS).verify(text, NOW)


@given(st.binary(max_size=60), st.binary(max_size=200), st.binary(max_size=40))
def test_no_bytes_in_its_shape_raise_anything_else(head: bytes, body: bytes, mac: bytes):
    with pytest.raises(BadToken):
        Tokens(SETTINGS).verify(f"{b64(head)}.{b64(body)}.{b64(mac)}", NOW)


class TestIssue:
    CLAIMS = Claims(UUID(int=1), UUID(int=2), "owner", UUID(int=3), NOW, NOW + timedelta(minutes=15))

    def test_what_is_issued_is_read_back(self, tokens: Tokens):
        assert tokens.verify(tokens.issue(self.CLAIMS), NOW) == self.CLAIMS

    def test_it_ends_with_its_last_second(self, tokens: Tokens):
        made = tokens.issue(self.CLAIMS)
        tokens.verify(made, NOW + timedelta(minutes=14, seconds=59))
        with pytest.raises(BadToken):
            tokens.verify(made, NOW + timedelta(minutes=15))

    def test_one_that_was_read_before_ends_all_the_same(self, tokens: Tokens):
        made = tokens.issue(self.CLAIMS)
        assert tokens.verify(made, NOW) is tokens.verify(made, NOW)
        with pytest.raises(BadToken):
            tokens.verify(made, NOW + timedelta(hours=1))

    def test_the_key_before_is_still_read_and_never_signed_with(self, tokens: Tokens):
        before = Tokens(AuthSettings(token_key=OLD, pepper="p" * 32, sealing_key="s" * 32))
        assert tokens.verify(before.issue(self.CLAIMS), NOW) == self.CLAIMS
        with pytest.raises(BadToken):
            before.verify(tokens.issue(self.CLAIMS), NOW)
