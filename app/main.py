"""create_app(): settings → adapters → middleware → routers → error handlers. Wiring only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware

from app import registry
from app.adapters.calendars.icalendar import IcalendarWriter
from app.adapters.documents.typst import TypstRenderer
from app.adapters.geocoding.offline import OfflineGeocoder
from app.adapters.mail.mailbox_file import MailboxMailer, read_mailbox
from app.adapters.media.inspector import ProcessInspector
from app.adapters.object_store.filesystem import FilesystemObjectStore
from app.adapters.object_store.s3 import S3ObjectStore
from app.adapters.queues.redis_streams import RedisStreamQueue
from app.adapters.routing.great_circle import GreatCircleRouter
from app.adapters.scanner.clamd import ClamdScanner
from app.adapters.sms.mailbox_file import MailboxSmsSender
from app.adapters.solving.highs import HighsSolver
from app.kernel.clock import Clock, SystemClock
from app.kernel.ids import new_id
from app.kernel.ports import Ports
from app.kernel.ports.object_store import ObjectStore
from app.kernel.signing import Signer
from app.modules.files.values import UPLOAD_FORM
from app.runtime.auth.passwords import Passwords
from app.runtime.auth.tokens import Tokens
from app.runtime.cache import Breaker, connect
from app.runtime.db.engine import create_engine, open_pool
from app.runtime.db.privileges import refuse_powerful_login
from app.runtime.db.session import Database
from app.runtime.memory import collect_seldom
from app.runtime.rate_limit.kept import KeptLimits
from app.runtime.rate_limit.limiter import RateLimiter
from app.runtime.resources import Resources
from app.runtime.sealing import Sealer, Seals
from app.runtime.settings import AuthSettings, Settings, Store
from app.runtime.telemetry import trace_if_asked
from app.runtime.telemetry.metrics import Metrics
from app.runtime.web import openapi, problems
from app.runtime.web.internal import mount_for_operators
from app.runtime.web.middleware import BodyLimit, Callers, Envelope, Hosts
from app.runtime.web.route import operation_id
from app.runtime.web.service import Readiness, errors_router, health_router, mailbox_router

DESCRIPTION = (
    "The open backend of a marketplace for moving companies. Errors are problem+json with a stable `code`; "
    "lists are cursor pages; POSTs take an `Idempotency-Key`."
)


def release() -> str:
    try:
        return version("movehub")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0.1.0"


def build_ports(settings: Settings, clock: Clock) -> Ports:
    """The adapters that the settings name. None is called before it is used."""
    uploads = settings.uploads
    return Ports(
        mail=MailboxMailer(settings.mail.mailbox, clock),
        sms=MailboxSmsSender(settings.mail.mailbox, clock),
        queue=RedisStreamQueue(
            settings.redis_url.get_secret_value(),
            stream=settings.queue.stream,
            consumer=f"worker-{new_id().hex[:12]}",
            visibility_seconds=settings.queue.visibility_seconds,
            most_receives=settings.queue.most_receives,
        ),
        objects=build_object_store(settings),
        geocoder=OfflineGeocoder(),
        router=GreatCircleRouter(),
        documents=TypstRenderer(),
        calendars=IcalendarWriter(),
        media=ProcessInspector(uploads.inspection_seconds),
        solver=HighsSolver(),
        scanner=None if uploads.scanner is None else ClamdScanner(uploads.scanner, uploads.scanner_seconds),
    )


def build_object_store(settings: Settings) -> ObjectStore:
    storage = settings.storage
    if storage.store is Store.FILESYSTEM:
        return FilesystemObjectStore(storage.root, build_signer(settings.auth), settings.http.public_url)
    return S3ObjectStore(
        storage.bucket,
        region=storage.region,
        endpoint_url=storage.endpoint_url,
        encryption=storage.encryption,
        connect_seconds=storage.connect_seconds,
        read_seconds=storage.read_seconds,
    )


def build_signer(auth: AuthSettings) -> Signer:
    previous = [] if auth.previous_token_key is None else [auth.previous_token_key.get_secret_value().encode()]
    return Signer(auth.token_key.get_secret_value().encode(), *previous)


def build_sealer(auth: AuthSettings) -> Sealer:
    previous = [] if auth.previous_sealing_key is None else [auth.previous_sealing_key.get_secret_value().encode()]
    return Sealer(auth.sealing_key.get_secret_value().encode(), *previous)


def build_seals(auth: AuthSettings) -> Seals:
    return Seals(build_sealer(auth), Signer(auth.pepper.get_secret_value().encode()))


def build_resources(
    settings: Settings, database: Database, *, clock: Clock | None = None, ports: Ports | None = None
) -> Resources:
    clock = clock or SystemClock()
    redis = connect(settings.redis_url, settings.redis)
    seals = build_seals(settings.auth)
    database = database.with_seals(seals)
    return Resources(
        settings=settings,
        clock=clock,
        database=database,
        limiter=RateLimiter(redis, Breaker(settings.redis), KeptLimits(database), factor=settings.limits.factor),
        tokens=Tokens(settings.auth),
        passwords=Passwords(settings.auth),
        signer=build_signer(settings.auth),
        pepper=seals.pepper,
        sealer=seals.sealer,
        ports=ports or build_ports(settings, clock),
        metrics=Metrics(),
    )


def assemble(resources: Resources, readiness: Readiness) -> FastAPI:
    """The ASGI app around resources that stand: what the tests and `create_app` share."""
    settings = resources.settings
    middleware = [
        Middleware(
            Envelope,
            metrics=resources.metrics,
            deadline_seconds=settings.http.request_deadline_seconds,
            is_https=settings.http.public_url.startswith("https://"),
        )
    ]
    if settings.http.hosts:
        middleware.append(Middleware(Hosts, hosts=settings.http.hosts))
    if settings.http.cors_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.http.cors_origins),
                allow_credentials=True,
                allow_methods=["*"],
                allow_headers=["authorization", "content-type", "idempotency-key", "if-match", "x-csrf-token"],
                expose_headers=["ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"],
            )
        )
    middleware += [
        Middleware(Callers, resources=resources),
        Middleware(
            BodyLimit,
            largest_bytes=settings.http.largest_body_bytes,
            # The form's own fields and lines come on top of the file.
            larger={UPLOAD_FORM: settings.uploads.largest_bytes + settings.http.largest_body_bytes},
        ),
    ]
    app = FastAPI(
        title="MoveHub",
        version=release(),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=middleware,
        generate_unique_id_function=operation_id,
        redirect_slashes=False,
        # One span a request; those of its inner operations would cost as much again.
        telemetry={"operation_spans": False},
    )
    app.state.resources = resources
    app.state.readiness = readiness
    problems.install(app)
    openapi.install(app, description=DESCRIPTION)
    app.include_router(health_router(readiness))
    app.include_router(errors_router(registry.errors()))
    for router in registry.routers():
        # Its routes themselves, not the router: a request walks one flat list instead of a tree.
        app.router.routes.extend(router.routes)
    if not settings.is_production:
        app.include_router(mailbox_router(lambda to: read_mailbox(settings.mail.mailbox, to=to)))
        mount_for_operators(app, app.openapi)
    return app


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    if settings.db.app_url is None:
        raise ValueError("MOVEHUB_DB__APP_URL is not set: `movehub prepare-database` prints it.")
    engine = create_engine(settings.db.app_url, settings.db, application_name="movehub-api", keeps_share=True)
    database = Database(engine, registry.error_map())
    resources = build_resources(settings, database)
    readiness = Readiness(settings.db.app_url.get_secret_value(), registry.schema_revision())
    app = assemble(resources, readiness)
    trace_if_asked(settings.telemetry, "movehub-api")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await refuse_powerful_login(engine, is_production=settings.is_production)
        # Made before the first request rather than in it.
        await asyncio.gather(asyncio.to_thread(registry.warm_up), open_pool(engine, settings.db.pool_size))
        collect_seldom()
        # Takes a second or two of another core, and nobody who is ready for requests needs to wait for it.
        preparing = asyncio.create_task(resources.ports.geocoder.prepare())
        yield
        preparing.cancel()
        await resources.close()
        await engine.dispose()

    app.router.lifespan_context = lifespan
    return app
