"""What a new password may be, the codes of a second factor (RFC 6238, decision 0014), and what API keys are given."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import quote, urlencode

from app.kernel.actor import Role
from app.kernel.permissions import ROLES, Permission
from app.kernel.scopes import Scope
from app.modules.identity.values import ApiKeyStatus

PRODUCT_WORDS: Final = ("movehub",)
# Shorter words of a name stand in too many innocent passwords.
SHORTEST_WORD: Final = 5
MOST_REPEATED: Final = 4
# Digits, letters and keys as they follow one another, around and around, forwards and backwards.
_CIRCLES: Final = (
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
)
ROWS: Final = tuple(row[::way] for circle in _CIRCLES for row in [circle * 14] for way in (1, -1))
_TAIL: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_REPETITION: Final = re.compile(r"(.+?)\1+")


def normalized_password(text: str) -> str:
    """One form for what looks alike on different keyboards (NFKC, NIST SP 800-63B 3.1.1.2).

    Raises: ValueError for what has no bytes to be hashed.
    """
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must not contain a lone surrogate, which is half of a character")
    return unicodedata.normalize("NFKC", text)


def is_guessable(password: str, common: Collection[str]) -> bool:
    """Whether it is a common password, one with digits and signs around it, a repetition of little, or a row."""
    folded = password.casefold()
    if any(folded in row for row in ROWS):
        return True
    core = _TAIL.sub("", folded)
    repeated = _REPETITION.fullmatch(folded) or _REPETITION.fullmatch(core)
    if repeated is not None and (len(repeated[1]) <= MOST_REPEATED or repeated[1] in common):
        return True
    return folded in common or (2 * len(core) >= len(folded) and core in common)


def names_its_owner(password: str, names: Iterable[str]) -> bool:
    """Whether it holds the product's name, or a word of `names`: the company's, the person's, the address's."""
    plain = _letters(password)
    words = {*PRODUCT_WORDS, *(_letters(word) for name in names for word in (name, *re.split(r"[\W_]+", name)))}
    return any(word in plain for word in words if len(word) >= SHORTEST_WORD)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", normalized_password(text).casefold())


STEP_SECONDS: Final = 30
DRIFT_STEPS: Final = 1
CODE_DIGITS: Final = 6
SECRET_BYTES: Final = 20


def code_at(secret: bytes, step: int) -> str:
    """The code of a time step: RFC 4226 5.3 over RFC 6238 4.2, with SHA-1 and six digits as every app takes them."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[-1] & 0x0F
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def step_of(secret: bytes, code: str, now: datetime, last_step: int | None) -> int | None:
    """The step that a code is right for, one early or late at most, and after `last_step`: each is good once."""
    present = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        is_right = hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        if is_right and (last_step is None or step > last_step):
            found = step
    return found


def otpauth_uri(secret: str, email: str) -> str:
    """What an authenticator app reads as a QR code. `secret` in base32."""
    query = urlencode({"secret": secret, "issuer": "MoveHub", "digits": CODE_DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{quote(f'MoveHub:{email}')}?{query}"


def is_time_code(text: str) -> bool:
    """Whether this is a code of an app by its form; otherwise it can be a recovery code only."""
    return len(text) == CODE_DIGITS and text.isascii() and text.isdigit()


def recovery_code_of(random: bytes) -> str:
    """Fifty bits as people can copy them: two groups of five out of 32 letters and digits."""
    text = base64.b32encode(random).decode().lower()[:10]
    return f"{text[:5]}-{text[5:]}"


def plain_recovery_code(text: str) -> str:
    """As compared: however it was copied."""
    return re.sub(r"[\s-]+", "", text).lower()


UNKNOWN_NETWORK: Final = "unknown"


def coarse_network(address: str) -> str:
    """Enough of a network address for its owner to know the place by: the /24, or of IPv6 the /48."""
    try:
        found = ip_address(address)
    except ValueError:
        return UNKNOWN_NETWORK
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))  # noqa: PLR2004 - IPv4


# Who may make keys may do all that keys can, but for this.
def scopes_not_grantable(role: Role, scopes: Iterable[Scope]) -> list[Scope]:
    """Those that a member of this role cannot give, having not what they open."""
    return sorted(scope for scope in scopes if role not in ROLES[Permission(scope)])


def api_key_status(
    now: datetime, *, revoked_at: datetime | None, expires_at: datetime | None, previous_ends_at: datetime | None
) -> ApiKeyStatus:
    if revoked_at is not None:
        return ApiKeyStatus.REVOKED
    if expires_at is not None and expires_at <= now:
        return ApiKeyStatus.EXPIRED
    if previous_ends_at is not None and previous_ends_at > now:
        return ApiKeyStatus.ROTATING
    return ApiKeyStatus.ACTIVE
