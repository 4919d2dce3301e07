"""Signed texts as RFC 7519 has them: the one place that touches the JWT library, replaceable by another in this file.

The library checks the signature and nothing else: left to itself it accepts a missing `aud` or `exp`, any `typ`,
unknown `crit`, padded base64 and a name twice, and raises what `except JWTError` misses (decision 0003). Whatever is
wrong with a text is one answer, `BadToken`.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from jose import jws

from app.kernel.named_once import named_once

ALGORITHM: Final = "HS256"
TYPE: Final = "at+jwt"
LONGEST: Final = 2_048
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


class BadToken(ValueError):
    """Not a token of ours, or not any more."""


def sign(body: Mapping[str, Any], key: str, key_id: str) -> str:
    signed: str = jws.sign(dict(body), key, headers={"kid": key_id, "typ": TYPE}, algorithm=ALGORITHM)
    return signed


def read(token: str, keys: Mapping[str, str], *, issuer: str, audience: str) -> dict[str, Any]:
    """The body of a token that one of the keys signed; its times are not looked at. Raises: BadToken, nothing else."""
    try:
        return _read(token, keys, issuer, audience)
    except BadToken:
        raise
    except Exception as error:
        # The library raises more than its documented errors: RecursionError, OverflowError, JWKError …
        raise BadToken("unreadable") from error


def _read(token: str, keys: Mapping[str, str], issuer: str, audience: str) -> dict[str, Any]:
    if len(token) > LONGEST or not _SHAPE.fullmatch(token):
        raise BadToken("no token")
    head, claims, signature = token.split(".")
    header = json.loads(_decoded(head), object_pairs_hook=named_once)
    if set(header) - {"alg", "kid", "typ"} or header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
        raise BadToken("not an access token")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise BadToken("unknown key")
    _decoded(claims)
    _decoded(signature)
    body: dict[str, Any] = json.loads(jws.verify(token, key, [ALGORITHM]), object_pairs_hook=named_once)
    if body["iss"] != issuer or body["aud"] != audience:
        raise BadToken("not by us, or not for us alone")
    if not all(isinstance(body[name], str) and body[name] for name in ("sub", "jti")):
        raise BadToken("nobody's, or without a name")
    return body


def _decoded(part: str) -> bytes:
    """Strict base64url: a text that is not the one encoding of its bytes is refused."""
    raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise BadToken("not canonical")
    return raw
