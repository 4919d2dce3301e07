"""The services that the caller names: asked before anything is built on them, so that the answer is one sentence.

DATABASE_URL is asked by `movehub prepare-database`, the first that uses it; without Redis the program goes on, and so
nobody would notice.
"""

from __future__ import annotations

import socket
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from .failure import CannotContinue

SECONDS: Final = 5.0
REDIS_PORT: Final = 6379
FORM: Final = "REDIS_URL is no URL of Redis: give it as redis://host:6379/0, or leave it out and one is started."


def refuse_dead_redis(url: str) -> None:
    """Raises: CannotContinue where nothing answers, or what answers does not let us in."""
    parts = _parts(url)
    where = f"{parts.hostname}:{parts.port or REDIS_PORT}"
    try:
        with socket.create_connection((parts.hostname or "", parts.port or REDIS_PORT), timeout=SECONDS) as connection:
            # Over TLS the program itself asks; that somebody listens is enough here.
            answer = _ping(connection, parts) if parts.scheme == "redis" else "+PONG"
    except OSError:
        raise CannotContinue(
            f"No Redis answers at {where}: start it, or leave REDIS_URL out and one is started."
        ) from None
    if not answer.startswith("+PONG"):
        raise CannotContinue(f"What answers at {where} does not let us in ({answer[:80]}): mend REDIS_URL.")


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        is_good = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise CannotContinue(FORM)
    return parts


def _ping(connection: socket.socket, parts: SplitResult) -> str:
    """The last line of the answer, to PING or to what went wrong before it."""
    said = [unquote(word) for word in (parts.username, parts.password) if word]
    questions = [["AUTH", *said]] if parts.password else []
    lines: list[str] = []
    with connection.makefile("rb") as answers:
        for words in (*questions, ["PING"]):
            parcels = "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
            connection.sendall(f"*{len(words)}\r\n{parcels}".encode())
            lines.append(answers.readline().decode(errors="replace").strip())
            if lines[-1].startswith("-"):
                break
    return lines[-1] or "it said nothing"
