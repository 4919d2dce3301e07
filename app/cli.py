"""`movehub …`: everything an operator does with the program.

What goes wrong is one sentence on standard error and an exit code: 1 it cannot be done, 2 the settings or the
arguments are wrong, 3 the program refuses to start, 4 a chain of the audit trail is broken or a price has moved.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import importlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID

import asyncpg
from pydantic import SecretStr, ValidationError

from app import doctor, registry, worker
from app.kernel.clock import SystemClock
from app.kernel.errors import AppError
from app.kernel.ports.key_wrapping import KeysUnavailable
from app.kernel.ports.object_store import StoreUnavailable
from app.kernel.ports.queues import QueueUnavailable
from app.main import build_ports, build_resources, build_seals, create_app
from app.modules.audit import public as audit
from app.modules.identity import public as identity
from app.modules.ops import public as ops
from app.modules.privacy import public as privacy
from app.refusals import BAD_SETTINGS, Refused, complete_environment, read_settings, required_url, sentence
from app.runtime.auth.passwords import Passwords
from app.runtime.db.bootstrap import CannotPrepare, prepare_database
from app.runtime.db.engine import NO_DATABASE, create_engine
from app.runtime.db.privileges import ServerTooOld, TooPowerful, refuse_powerful_login
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.memory import collect_seldom, keep_one_arena
from app.runtime.settings import AuthSettings, DatabaseSettings, Environment, HttpSettings, Settings
from app.runtime.telemetry import logs
from app.runtime.web.internal import assemble_internal, listening_inside
from app.runtime.web.server import CannotListen, Server, configure_server, listen
from app.seed import play
from app.seed.progress import Progress
from app.wrapped_keys import WRAPPABLE, wrap_key

REFUSES_TO_START: Final = 3
CHAIN_BROKEN: Final = 4
PRICES_MOVED: Final = 4
MIGRATE_URL: Final = "MOVEHUB_DB__MIGRATE_URL"
PASSWORD: Final = "MOVEHUB_STAFF_PASSWORD"  # noqa: S105 - the name of a variable


def run_prepare_database(_: argparse.Namespace) -> None:
    admin = os.environ.get("DATABASE_URL")
    if not admin:
        raise Refused("DATABASE_URL is not set: give it an administrator's URL of PostgreSQL.", BAD_SETTINGS)
    try:
        urls = asyncio.run(prepare_database(admin))
    except CannotPrepare as error:
        raise Refused(str(error)) from None
    for name, url in urls.items():
        print(f"{name}={url}")


def run_migrate(_: argparse.Namespace) -> None:
    url = os.environ.get(MIGRATE_URL)
    if not url:
        raise Refused(f"{MIGRATE_URL} is not set: `movehub prepare-database` prints it.", BAD_SETTINGS)
    # By name and not above: what it brings along takes 8 MB, of which API and worker have no use.
    migrating = importlib.import_module("app.runtime.db.migrating")
    try:
        asyncio.run(migrating.migrate(url))
    except migrating.CannotMigrate as reason:
        raise Refused(str(reason)) from None
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Refused(f"The database cannot be migrated ({type(error).__name__}): {error}") from None
    print(f"The schema is at {registry.schema_revision()}.")


def run_serve(_: argparse.Namespace) -> None:
    settings = read_settings()
    required_url(settings.db.app_url, "APP_URL")
    logs.configure(settings.telemetry.log_level)
    keep_one_arena()
    try:
        listener = listen(settings.http.host, settings.port)
    except CannotListen as error:
        raise Refused(str(error)) from None
    app = create_app(settings)
    config = configure_server(app, settings)
    lame_duck = settings.http.lame_duck_seconds if settings.is_production else 0.0
    server = Server(config, app.state.readiness, lame_duck_seconds=lame_duck)

    async def serve() -> None:
        # Asked here as well as at the app's start: here the refusal can be told in one sentence.
        await refuse_powerful_login(app.state.resources.database.bind, is_production=settings.is_production)
        internal = assemble_internal(app.state.resources, app.openapi)
        async with listening_inside(internal, settings.http):
            await server.serve([listener])

    runner = asyncio.Runner(debug=settings.debug, loop_factory=config.get_loop_factory())
    _refusing_to_start(lambda: runner.run(serve()))


def _refusing_to_start(run: Callable[[], None]) -> None:
    try:
        run()
    except (TooPowerful, ServerTooOld) as error:
        raise Refused(str(error), REFUSES_TO_START) from None
    except CannotListen as error:
        raise Refused(str(error)) from None
    except NO_DATABASE as error:
        raise Refused(f"PostgreSQL does not let us in ({type(error).__name__}).", REFUSES_TO_START) from None


def run_worker(_: argparse.Namespace) -> None:
    settings = read_settings()
    required_url(settings.db.worker_url, "WORKER_URL")
    logs.configure(settings.telemetry.log_level)
    _refusing_to_start(lambda: asyncio.run(worker.run_worker(settings), debug=settings.debug))


def run_openapi(_: argparse.Namespace) -> None:
    # Nothing is connected to and nothing signed: the document depends on no setting.
    stand_in = "only for the document, never used to sign"
    settings = Settings(
        environment=Environment.PRODUCTION,
        auth=AuthSettings(
            token_key=SecretStr(f"token key {stand_in}"),
            pepper=SecretStr(f"pepper {stand_in}"),
            sealing_key=SecretStr(f"sealing key {stand_in}"),
        ),
        db=DatabaseSettings(app_url=SecretStr("postgresql://nobody@127.0.0.1/nothing")),
        http=HttpSettings(public_url="https://movehub.example", hosts=("movehub.example",)),
    )
    document = create_app(settings).openapi()
    print(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))


@asynccontextmanager
async def _database(settings: Settings, url: SecretStr) -> AsyncIterator[Database]:
    """The database of one command, for as long as the block lasts."""
    engine = create_engine(url, settings.db, application_name="movehub-cli", pooled=False)
    try:
        yield Database(engine, registry.error_map(), build_seals(settings.auth))
    finally:
        await engine.dispose()


def run_wrap_key(arguments: argparse.Namespace) -> None:
    try:
        print(wrap_key(os.environ, arguments.variable))
    except KeysUnavailable as error:
        raise Refused(str(error), BAD_SETTINGS) from None


def run_create_staff(arguments: argparse.Namespace) -> None:
    settings = read_settings()
    password = os.environ.get(PASSWORD) or getpass.getpass("Password: ")
    try:
        person = identity.StaffIn(
            email=arguments.email, full_name=arguments.name, role=arguments.role, password=password
        )
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise Refused(
            "\n".join(f"{fault['loc'][0]}: {sentence(fault['msg'])}" for fault in faults), BAD_SETTINGS
        ) from None
    try:
        asyncio.run(_create_staff(settings, person))
    except AppError as error:
        raise Refused(error.detail) from None
    print(f"{person.full_name} may sign in as {person.role}.")


async def _create_staff(settings: Settings, person: identity.StaffIn) -> None:
    async with _database(settings, required_url(settings.db.app_url, "APP_URL")) as database:
        with closing(Passwords(settings.auth)) as passwords:
            password_hash = await passwords.hash(person.password)
        async with database.write(Identity(Audience.SIGNIN)) as session:
            await identity.create_staff(session, person, password_hash, SystemClock().now())


def run_doctor(_: argparse.Namespace) -> None:
    found = [("settings", None), *asyncio.run(doctor.examine(read_settings()))]
    for name, problem in found:
        print(f"{'failed' if problem else 'ok':8} {name:18} {problem or 'as it should be'}")
    failures = sum(problem is not None for _, problem in found)
    if failures:
        raise Refused(f"{failures} of the checks failed.")


def run_replay(arguments: argparse.Namespace) -> None:
    settings = read_settings()
    if arguments.what == "prices":
        _replay_prices(settings, arguments.since, arguments.org)
        return
    try:
        moved = asyncio.run(_replay(settings, arguments.most))
    except QueueUnavailable as error:
        raise Refused(f"The queue does not answer ({error}).") from None
    print(f"{moved} dead letters are back in the queue.")


async def _replay(settings: Settings, most: int) -> int:
    queue = build_ports(settings, SystemClock()).queue
    try:
        return await queue.redrive(most=most)
    finally:
        await queue.close()


def _replay_prices(settings: Settings, since: datetime | None, org_id: UUID | None) -> None:
    if since is None:
        raise Refused("`movehub replay prices` needs --since, a day as 2027-06-01.", BAD_SETTINGS)
    try:
        prices, moved = asyncio.run(_tell_moved_prices(settings, since, org_id))
    except NO_DATABASE as error:
        raise Refused(f"The prices cannot be read ({type(error).__name__}).") from None
    if moved:
        raise Refused(f"{moved} of {prices} prices have moved.", PRICES_MOVED)
    print(f"{prices} prices made again, no cent has moved.")


async def _tell_moved_prices(settings: Settings, since: datetime, org_id: UUID | None) -> tuple[int, int]:
    prices = moved = 0
    async with _database(settings, required_url(settings.db.app_url, "APP_URL")) as database:
        async for step in ops.replay_prices(database, since, org_id):
            prices, moved = prices + step.prices, moved + len(step.findings)
            for line in (line for finding in step.findings for line in ops.describe(finding)):
                print(line, flush=True)
    return prices, moved


def _day(text: str) -> datetime:
    """The beginning of a day in UTC. Raises: ValueError."""
    return datetime.combine(date.fromisoformat(text), time(), UTC)


def run_seed(arguments: argparse.Namespace) -> None:
    settings = read_settings()
    app_url, worker_url = (
        required_url(settings.db.app_url, "APP_URL"),
        required_url(settings.db.worker_url, "WORKER_URL"),
    )
    print(asyncio.run(_seed(settings, app_url, worker_url, number=arguments.number)))


async def _seed(settings: Settings, app_url: SecretStr, worker_url: SecretStr, *, number: int) -> str:
    engines = [create_engine(url, settings.db, application_name="movehub-seed") for url in (app_url, worker_url)]
    database, worker_database = (Database(engine, registry.error_map()) for engine in engines)
    resources = build_resources(settings, database)
    # The program itself stays: the collector need not walk it at each of the many rows.
    collect_seldom()
    try:
        done = await play.seed(resources, worker_database, number=number, progress=Progress())
    except play.CannotSeed as reason:
        raise Refused(str(reason)) from None
    finally:
        await resources.close()
        for engine in engines:
            await engine.dispose()
    if not done.is_new:
        return "The demo data is there already."
    return f"{done.companies} companies, {done.bookings} bookings, {done.invoices} invoices."


def run_audit(arguments: argparse.Namespace) -> None:
    settings = read_settings()
    try:
        days, verdict = asyncio.run(_verify_audit(settings, arguments.org))
    except (audit.ExportUnreadable, StoreUnavailable) as error:
        raise Refused(f"The exported heads cannot be compared: {error}.") from None
    except NO_DATABASE as error:
        raise Refused(f"The trail cannot be read ({type(error).__name__}).") from None
    if verdict.breaks:
        raise Refused("\n".join(map(audit.describe, verdict.breaks)), CHAIN_BROKEN)
    compared = f"compared with the heads of {days} days" if days else "no exported heads to compare with"
    print(f"{verdict.entries} entries in {verdict.chains} chains, every link holds; {compared}.")


async def _verify_audit(settings: Settings, org_id: UUID | None) -> tuple[int, audit.Verdict]:
    clock = SystemClock()
    # Before the transaction: a store that is slow holds no snapshot open. A head is never younger than its chain.
    days, heads = await audit.exported(build_ports(settings, clock).objects, clock.now().date())
    async with (
        _database(settings, required_url(settings.db.worker_url, "WORKER_URL")) as database,
        database.read(Identity(Audience.WORKER)) as session,
    ):
        return days, await audit.verify(session, heads, org_id)


def run_erase(_: argparse.Namespace) -> None:
    settings = read_settings()
    try:
        again = asyncio.run(_erase_again(settings))
    except (privacy.ListUnreadable, StoreUnavailable) as error:
        raise Refused(f"Nobody was erased: {error}.") from None
    except NO_DATABASE as error:
        raise Refused(f"The database stopped it ({type(error).__name__}): run it again.") from None
    print(f"{again} of the erased were back, and are erased again.")


async def _erase_again(settings: Settings) -> int:
    clock = SystemClock()
    async with _database(settings, required_url(settings.db.app_url, "APP_URL")) as database:
        return await privacy.reapply(database, build_ports(settings, clock).objects, clock.now())


COMMANDS: Final[dict[str, tuple[Callable[[argparse.Namespace], None], str]]] = {
    "prepare-database": (run_prepare_database, "make roles, database and extensions from DATABASE_URL; print the URLs"),
    "migrate": (run_migrate, "bring the schema to this release"),
    "serve": (run_serve, "run the API"),
    "worker": (run_worker, "run the outbox relay, the queue's consumer and the schedules"),
    "wrap-key": (run_wrap_key, "print a key of the settings as it is written wrapped (MOVEHUB_KEYS__…)"),
    "openapi": (run_openapi, "print the OpenAPI document"),
    "create-staff": (run_create_staff, f"add a member of the platform's staff; password from {PASSWORD} or asked"),
    "seed": (run_seed, "fill an empty database with demo data"),
    "replay": (run_replay, "put messages set aside back into the queue; `prices`: price history again"),
    "audit": (run_audit, "walk the audit trail's chains and name the first broken link of each"),
    "erase": (run_erase, "after a restore: erase again whom the list in the object store names"),
    "doctor": (run_doctor, "check settings, database and Redis"),
}


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="movehub", description="The backend of a marketplace for moving companies.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (_, summary) in COMMANDS.items():
        one = commands.add_parser(name, help=summary, description=summary)
        if name == "create-staff":
            one.add_argument("--email", required=True)
            one.add_argument("--name", required=True)
            one.add_argument("--role", choices=[role.value for role in identity.StaffRole], default="reviewer")
        if name == "wrap-key":
            one.add_argument("variable", choices=WRAPPABLE)
        if name == "seed":
            one.add_argument("--number", type=int, default=1, help="the same number makes the same data")
        if name == "audit":
            one.add_argument("what", choices=["verify"])
            one.add_argument("--org", type=UUID, help="one company's chain; all zeros: the platform's own")
        if name == "erase":
            one.add_argument("--reapply", action="store_true", required=True, help="all that it does")
        if name == "replay":
            one.add_argument("what", nargs="?", choices=["messages", "prices"], default="messages")
            one.add_argument("--most", type=int, default=1_000, help="messages: no more than these, the oldest first")
            one.add_argument("--since", type=_day, help="prices: made on this day (UTC) or later, as 2027-06-01")
            one.add_argument("--org", type=UUID, help="prices: of one company")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = parse(arguments)
    run, _ = COMMANDS[chosen.command]
    try:
        complete_environment(os.environ)
        run(chosen)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return refusal.code
    except KeyboardInterrupt:
        return 130
    return 0
