"""What stands around a route: one transaction, tried again where that is safe, and its idempotency key.

The route's dependencies are closed here, before the answer is sent: a commit that fails is never told as a
success. A key is claimed in the effect's own transaction, right after its first statement, and the answer is
stored in it; so a crash leaves both or neither.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID

from fastapi import params
from fastapi.routing import APIRoute
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.actor import ActorKind
from app.kernel.errors import AppError, BadRequest, Conflict, Fault, Unprocessable
from app.runtime.auth.api_keys import ApiKeyClaims
from app.runtime.auth.credentials import NO_CREDENTIAL, SCOPE_KEY, CustomerClaims
from app.runtime.auth.dependencies import CALLERS, KEY_SCOPE, SCOPE
from app.runtime.auth.tokens import Claims
from app.runtime.db.base import table_of
from app.runtime.db.constraints import RetrySafely, ScopeMissing
from app.runtime.db.session import SEALS, WriteSession
from app.runtime.db.statements import ReadyInsert
from app.runtime.idempotency.models import IdempotencyKey
from app.runtime.resources import resources_of
from app.runtime.sealing import CannotOpen
from app.runtime.web.json_body import JsonRequest
from app.runtime.web.problems import UnsupportedMediaType

MOST_TRIES: Final = 3
KEPT: Final = timedelta(hours=24)
# Every byte is a character of it: an answer that is no text is kept as well.
BYTES: Final = "latin-1"
CLAIM_SCOPE: Final = "movehub.idempotency"
TRANSACTIONS: Final = "movehub.transactions"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_STORED_HEADERS: Final = frozenset({"content-type", "etag", "location"})

CLAIM = "SELECT * FROM app.claim_idempotency_key($1::uuid, $2, $3, $4, $5)"
STORE = ReadyInsert(table_of(IdempotencyKey))


# The names of runtime/web/openapi.py's security schemes by kind of caller.
SCHEMES_OF: Final = {
    ActorKind.MOVER: ("mover", "mover cookie"),
    ActorKind.API_KEY: ("api-key",),
    ActorKind.CUSTOMER: ("customer", "customer cookie"),
    ActorKind.STAFF: ("staff",),
}


class IdempotencyKeyRequired(BadRequest):
    code: ClassVar[str] = "idempotency_key_required"
    title: ClassVar[str] = "Send an Idempotency-Key, so that a retry cannot do this twice."


class IdempotencyKeyMalformed(BadRequest):
    code: ClassVar[str] = "idempotency_key_malformed"
    title: ClassVar[str] = "An Idempotency-Key is 1 to 255 visible ASCII characters."


class IdempotencyKeyReused(Unprocessable):
    code: ClassVar[str] = "idempotency_key_reused"
    title: ClassVar[str] = "This Idempotency-Key was used with another body."


class IdempotencyInProgress(Conflict):
    code: ClassVar[str] = "idempotency_in_progress"
    title: ClassVar[str] = "The first request with this Idempotency-Key is still running."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class IdempotencyAnswerGone(Conflict):
    code: ClassVar[str] = "idempotency_answer_gone"
    title: ClassVar[str] = "This was done with this Idempotency-Key, but the first answer cannot be read any more."


class Replay(Exception):
    """The key has its answer already: the transaction ends here, and the first answer is given again."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


def fingerprint_of(body: bytes, *, around: str) -> bytes:
    """SHA-256 of what the body says: the order of its fields and the space between them do not count. What is not
    JSON stands for itself; the route refuses it. `around`: what else makes it another request, as its query.
    """
    try:
        said = json.loads(body, parse_float=Decimal)
        told = json.dumps(said, sort_keys=True, separators=(",", ":"), default=_exactly).encode()
    except (ValueError, RecursionError):
        told = body
    return hashlib.sha256(b"\n".join((around.encode(), told))).digest()


def _exactly(number: Decimal) -> dict[str, str]:
    # A float would make two long numbers one.
    return {"number": str(number)}


class Claim:
    """One request's claim on its key. The session that writes the effect carries it (`after_identity`)."""

    def __init__(self, caller_id: UUID, route: str, key: str, fingerprint: bytes, now: datetime) -> None:
        # Fields of the answer that are shown once: they are not kept, and so never given again.
        self.shown_once: tuple[str, ...] = ()
        self._row: dict[str, Any] = {
            "caller_id": caller_id,
            "route": route,
            "key": key,
            "fingerprint": fingerprint,
            "created_at": now,
            "expires_at": now + KEPT,
        }
        self.session: WriteSession | None = None

    def check(self, session: Session, connection: Connection) -> None:
        """Lock the key and look it up, once a request.

        Raises: Replay, IdempotencyKeyReused (422), IdempotencyInProgress (409), IdempotencyAnswerGone (409).
        """
        session.info.pop("after_identity", None)
        adapter: Any = connection.connection.dbapi_connection
        found = adapter.run_async(self._ask)
        match found["outcome"]:
            case "in_progress":
                raise IdempotencyInProgress
            case "reused":
                raise IdempotencyKeyReused
            case "replay":
                headers = {**found["headers"], "Idempotency-Replayed": "true"}
                raise Replay(Response(self._open(session, found["body"]), found["status"], headers))

    def _open(self, session: Session, sealed: bytes) -> bytes:
        try:
            body: str = session.info[SEALS].open(sealed, *self._place)
        except CannotOpen:
            raise IdempotencyAnswerGone from None
        return body.encode(BYTES)

    async def _ask(self, driver: Any) -> Any:
        row = self._row
        return await driver.fetchrow(
            CLAIM, row["caller_id"], row["route"], row["key"], row["fingerprint"], row["created_at"]
        )

    @property
    def _place(self) -> tuple[str, ...]:
        """What a kept answer is sealed for: this caller's key of this route."""
        return ("idempotency_keys", str(self._row["caller_id"]), self._row["route"], self._row["key"])

    def store(self, response: Response) -> None:
        """Keep the answer with its effect; what changed nothing in the database leaves nothing to keep."""
        if self.session is None or not self.session.in_transaction() or not 200 <= response.status_code < 300:  # noqa: PLR2004
            return
        kept = {name: value for name, value in response.headers.items() if name in _STORED_HEADERS}
        body = _without(bytes(response.body), self.shown_once)
        # Sealed: an answer may name whom the crew calls, which the database keeps nowhere else in clear.
        sealed = self.session.seals.seal(body.decode(BYTES), *self._place)
        answer = {"status": response.status_code, "headers": kept, "body": sealed}
        STORE.insert_last(self.session, [self._row | answer])


def _without(body: bytes, names: tuple[str, ...]) -> bytes:
    return json.dumps({**json.loads(body), **dict.fromkeys(names)}).encode() if names else body


class UnknownParameter(Unprocessable):
    code: ClassVar[str] = "unknown_parameter"
    title: ClassVar[str] = "There is no such query parameter."


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def operation_id(route: APIRoute) -> str:
    """`<module>.<use case>`, from where the route's function stands and what it is called."""
    parts = route.endpoint.__module__.split(".")
    module = parts[parts.index("modules") + 1] if "modules" in parts else "service"
    return f"{module}.{route.name}"


class TransactionalRoute(APIRoute):
    """A route whose transaction is closed before its answer, and tried again after a deadlock."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # Named here: the app takes the routes as they are, without its own way of naming.
        options["generate_unique_id_function"] = operation_id
        super().__init__(*arguments, **options)
        asked = [one.call for one in _with_children(self.dependant)]
        # One at most: a key has it or not, and the database is asked once.
        (self.key_scope,) = {getattr(call, SCOPE) for call in asked if hasattr(call, SCOPE)} or {None}
        if callers := {kind for call in asked for kind in getattr(call, CALLERS, ())}:
            self.openapi_extra = {**(self.openapi_extra or {}), "security": self._security(callers)}

    def _security(self, callers: Iterable[ActorKind]) -> list[dict[str, list[str]]]:
        """Any of these credentials; of a key, the scope is named (OpenAPI 3.1 has roles for schemes without OAuth)."""
        return [
            {name: [self.key_scope] if kind is ActorKind.API_KEY and self.key_scope else []}
            for kind in sorted(callers)
            for name in SCHEMES_OF[kind]
        ]

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()
        known = frozenset(self._query_names())
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)

        async def handle(request: Request) -> Response:
            if takes_json:
                refuse_other_than_json(request)
                request = JsonRequest(request.scope, request.receive)
            if request.scope["query_string"]:
                refuse_unknown(request, known)
            claim = await self.claim(request)
            request.scope[CLAIM_SCOPE] = claim
            request.scope[KEY_SCOPE] = self.key_scope
            try:
                return note_key_use(request, await _tried(inner, request, claim))
            except ScopeMissing:
                raise ScopeMissing(f"This API key has not been given the scope {self.key_scope}.") from None

        return handle

    async def claim(self, request: Request) -> Claim | None:  # noqa: ARG002 - a hook
        return None

    def _query_names(self) -> Iterable[str]:
        for dependant in _with_children(self.dependant):
            for field in dependant.query_params:
                model = getattr(field.field_info.annotation, "model_fields", None)
                if model is None:
                    yield field.alias
                else:
                    yield from (one.alias or name for name, one in model.items())


class IdempotentRoute(TransactionalRoute):
    """A transactional route whose POSTs take an Idempotency-Key."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        if "POST" in (options.get("methods") or ()):
            required = bool((options.get("openapi_extra") or {}).get("x-idempotency-key-required"))
            extra = dict(options.get("openapi_extra") or {})
            extra["parameters"] = [*extra.get("parameters", ()), _header(required=required)]
            options["openapi_extra"] = extra
        super().__init__(*arguments, **options)

    async def claim(self, request: Request) -> Claim | None:
        if request.method != "POST":
            return None
        key = request.headers.get("idempotency-key")
        if key is None:
            if (self.openapi_extra or {}).get("x-idempotency-key-required"):
                raise IdempotencyKeyRequired
            return None
        if not _KEY.fullmatch(key):
            raise IdempotencyKeyMalformed
        claims = request.scope.get(SCOPE_KEY, NO_CREDENTIAL).claims
        if claims is None:
            return None  # nobody whose key it could be; the route's own dependency refuses
        caller = _whose_key(claims)
        resources = resources_of(request)
        route = f"{request.method} {request.url.path}"
        asked = fingerprint_of(await request.body(), around=f"{request.url.query} {_company_of(claims)}")
        claim = Claim(caller, route, key, asked, resources.clock.now())
        claim.shown_once = tuple((self.openapi_extra or {}).get(SHOWN_ONCE, ()))
        return claim


def _whose_key(claims: Claims | CustomerClaims | ApiKeyClaims) -> UUID:
    """Whose Idempotency-Keys are one space: a person's, or an API key's, which stays one when it is rotated."""
    match claims:
        case CustomerClaims():
            return claims.customer_id
        case ApiKeyClaims():
            return claims.key_id
        case Claims():
            return claims.user_id


def _company_of(claims: Claims | CustomerClaims | ApiKeyClaims) -> UUID | None:
    """A person of several companies asks the same of each: an answer given for one is not another's."""
    return claims.org_id if isinstance(claims, Claims) else None


SHOWN_ONCE: Final = "x-shown-once"


def shown_once(*fields: str) -> dict[str, Any]:
    """For a route's `openapi_extra`: an answer given again under its Idempotency-Key has null in these fields."""
    return {SHOWN_ONCE: list(fields)}


KEY_REQUIRED: Final = {"x-idempotency-key-required": True}


def _header(*, required: bool) -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": required,
        "description": "A retry with the same key and body gets the first answer again. Kept 24 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    }


def _with_children(dependant: Any) -> Iterable[Any]:
    yield dependant
    for child in dependant.dependencies:
        yield from _with_children(child)


def refuse_other_than_json(request: Request) -> None:
    """Raises: UnsupportedMediaType (415), above all for what a form of a foreign page can send."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMediaType


def refuse_unknown(request: Request, known: frozenset[str]) -> None:
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        faults = tuple(
            Fault(f"query:{name[:50]}", "unknown_parameter", "There is no such parameter.") for name in unknown
        )
        raise UnknownParameter(faults=faults[:20])


def note_key_use(request: Request, response: Response) -> Response:
    """Have the use of an API key told when the answer has left."""
    claims = request.scope.get(SCOPE_KEY, NO_CREDENTIAL).claims
    if isinstance(claims, ApiKeyClaims):
        resources = resources_of(request)
        now = resources.clock.now()
        if resources.key_uses.is_due(claims, now):
            response.background = BackgroundTask(resources.key_uses.tell, resources.database, claims, now)
    return response


async def _tried(inner: Handler, request: Request, claim: Claim | None) -> Response:
    """The answer of the first try that meets no deadlock; of the last, whatever it meets."""
    for _ in range(MOST_TRIES - 1):
        try:
            return await _once(inner, request, claim)
        except RetrySafely:
            resources_of(request).metrics.retries.inc()
            await asyncio.sleep(random.uniform(0.01, 0.2))  # noqa: S311 - jitter, not a secret
    return await _once(inner, request, claim)


async def _once(inner: Handler, request: Request, claim: Claim | None) -> Response:
    # The session of a request is opened on this stack (web/sessions.py): it is closed, and so committed, before
    # the answer leaves, and opened anew for each try. A replay ends it like an error: it has nothing to commit, and
    # one that came up in the middle of a flush could not.
    try:
        async with AsyncExitStack() as stack:
            request.scope[TRANSACTIONS] = stack
            response = await inner(request)
            if claim is not None:
                claim.store(response)
    except Replay as replay:
        resources_of(request).metrics.replays.inc()
        return replay.response
    return response


__all__ = ["KEY_REQUIRED", "AppError", "IdempotentRoute", "TransactionalRoute"]
