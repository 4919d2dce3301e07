"""The worker: outbox relay, queue consumer, schedules. Wiring only."""

from __future__ import annotations

import asyncio
import logging
import signal

from app import registry
from app.main import build_resources
from app.runtime.db.engine import create_engine
from app.runtime.db.privileges import refuse_powerful_login
from app.runtime.db.session import Database
from app.runtime.jobs.loop import keep_running
from app.runtime.jobs.schedules import Scheduler
from app.runtime.outbox.consumer import Consumer
from app.runtime.outbox.relay import Relay
from app.runtime.settings import Settings
from app.runtime.telemetry import trace_if_asked
from app.runtime.web.internal import assemble_internal, listening_inside

logger = logging.getLogger("movehub.worker")


async def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then finish what is begun. Raises: TooPowerful, ServerTooOld."""
    if settings.db.worker_url is None:
        raise ValueError("MOVEHUB_DB__WORKER_URL is not set: `movehub prepare-database` prints it.")
    stopping = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stopping.set)
    engine = create_engine(settings.db.worker_url, settings.db, application_name="movehub-worker")
    resources = build_resources(settings, Database(engine, registry.error_map()))
    trace_if_asked(settings.telemetry, "movehub-worker")
    table = registry.handler_table()
    relay, consumer, scheduler = Relay(resources), Consumer(table, resources), Scheduler(table.schedules, resources)
    try:
        await refuse_powerful_login(engine, is_production=settings.is_production)
        logger.info("the worker runs", extra={"schedules": len(table.schedules)})
        async with listening_inside(assemble_internal(resources), settings.http), asyncio.TaskGroup() as loops:
            loops.create_task(keep_running("relay", relay.step, stopping))
            loops.create_task(keep_running("consumer", consumer.step, stopping))
            loops.create_task(keep_running("schedules", scheduler.step, stopping))
        await consumer.finish(settings.http.graceful_stop_seconds)
    finally:
        await resources.close()
        await engine.dispose()
    logger.info("the worker has stopped")
