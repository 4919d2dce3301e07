"""The one list of modules: what main, worker, cli and migrations/env.py need of each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeVar

import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy.orm import configure_mappers

from app.kernel.errors import AppError
from app.kernel.events import Event
from app.modules.audit import models as audit_models
from app.modules.audit.handlers import handlers as audit_handlers
from app.modules.audit.routes import router as audit_router
from app.modules.bookings import models as bookings_models
from app.modules.bookings.handlers import handlers as bookings_handlers
from app.modules.bookings.routes.board import router as board_router
from app.modules.bookings.routes.bookings import router as bookings_router
from app.modules.bookings.routes.bulk import router as bulk_router
from app.modules.bookings.routes.cancellation import router as cancellation_router
from app.modules.bookings.routes.disputes import router as disputes_router
from app.modules.bookings.routes.doors import router as doors_router
from app.modules.bookings.routes.feeds import router as feeds_router
from app.modules.bookings.routes.price_effect import router as price_effect_router
from app.modules.bookings.routes.reschedule import router as reschedule_router
from app.modules.bookings.routes.reschedule_link import router as reschedule_link_router
from app.modules.bookings.routes.tracking import router as tracking_router
from app.modules.calendar import models as calendar_models
from app.modules.calendar.routes import router as shifts_router
from app.modules.customers import handlers as customers_handlers
from app.modules.customers import models as customers_models
from app.modules.customers import routes as customers
from app.modules.dispatch.routes import router as dispatch_router
from app.modules.files import models as files_models
from app.modules.files.handlers import handlers as files_handlers
from app.modules.files.routes import doors as file_doors
from app.modules.files.routes import router as files_router
from app.modules.fleet import models as fleet_models
from app.modules.fleet.handlers import handlers as fleet_handlers
from app.modules.fleet.routes.drivers import router as drivers_router
from app.modules.fleet.routes.equipment import router as equipment_router
from app.modules.fleet.routes.invitations import router as crew_invitations_router
from app.modules.fleet.routes.photos import router as truck_photos_router
from app.modules.fleet.routes.tables import router as fleet_tables_router
from app.modules.fleet.routes.time_off import router as time_off_router
from app.modules.fleet.routes.trucks import router as trucks_router
from app.modules.identity import handlers as identity_handlers
from app.modules.identity import models as identity_models
from app.modules.identity.routes.api_keys import router as api_keys_router
from app.modules.identity.routes.me import router as me_router
from app.modules.identity.routes.members import answers as invitation_answers_router
from app.modules.identity.routes.members import router as members_router
from app.modules.identity.routes.passwords import router as passwords_router
from app.modules.identity.routes.second_factor import router as second_factor_router
from app.modules.identity.routes.sessions import router as sessions_router
from app.modules.identity.routes.sign_in import router as sign_in_router
from app.modules.invoices import models as invoices_models
from app.modules.invoices.handlers import handlers as invoices_handlers
from app.modules.invoices.routes import of_bookings as billed_bookings_router
from app.modules.invoices.routes import router as invoices_router
from app.modules.market import models as market_models
from app.modules.market import routes as market
from app.modules.ops.routes.companies import router as ops_companies_router
from app.modules.ops.routes.customers import router as ops_customers_router
from app.modules.ops.routes.disputes import router as ops_disputes_router
from app.modules.ops.routes.papers import router as ops_papers_router
from app.modules.ops.routes.reviews import router as ops_reviews_router
from app.modules.ops.routes.settings import router as ops_settings_router
from app.modules.ops.routes.staff import router as staff_router
from app.modules.ops.routes.texts import router as ops_texts_router
from app.modules.ops.routes.trail import router as ops_trail_router
from app.modules.orgs import models as orgs_models
from app.modules.orgs.routes.branches import router as branches_router
from app.modules.orgs.routes.companies import router as orgs_router
from app.modules.orgs.routes.days_off import router as days_off_router
from app.modules.orgs.routes.service_areas import router as service_areas_router
from app.modules.platform import models as platform_models
from app.modules.pricing import models as pricing_models
from app.modules.pricing import routes as pricing
from app.modules.pricing.handlers import handlers as pricing_handlers
from app.modules.privacy.handlers import handlers as privacy_handlers
from app.modules.privacy.routes import router as privacy_router
from app.modules.verification import models as verification_models
from app.modules.verification.handlers import handlers as verification_handlers
from app.modules.verification.routes import public as verification_packs_router
from app.modules.verification.routes import router as verification_router
from app.runtime.db.base import Model
from app.runtime.db.constraints import ErrorMap
from app.runtime.idempotency import models as idempotency_models
from app.runtime.jobs import models as jobs_models
from app.runtime.jobs import upkeep
from app.runtime.jobs.handlers import Handlers, HandlerTable
from app.runtime.outbox import models as outbox_models
from app.runtime.rate_limit import kept as kept_limits

Declared = TypeVar("Declared", AppError, Event)

# The release's schema: the last migration. A test compares it with migrations/versions.
SCHEMA_REVISION: Final = "invoices_0001"


# Every module with tables; a foreign key finds its table only when that module has been imported.
TABLES: Final = (
    audit_models,
    bookings_models,
    calendar_models,
    customers_models,
    files_models,
    fleet_models,
    identity_models,
    idempotency_models,
    invoices_models,
    jobs_models,
    kept_limits,
    market_models,
    orgs_models,
    outbox_models,
    platform_models,
    pricing_models,
    verification_models,
)


def metadata() -> sa.MetaData:
    """All tables of TABLES."""
    return Model.metadata


def schema_revision() -> str:
    return SCHEMA_REVISION


def routers() -> tuple[APIRouter, ...]:
    # The busiest first: routes are tried in this order.
    return (
        bulk_router,
        bookings_router,
        cancellation_router,
        price_effect_router,
        reschedule_router,
        reschedule_link_router,
        tracking_router,
        disputes_router,
        doors_router,
        feeds_router,
        board_router,
        shifts_router,
        dispatch_router,
        invoices_router,
        billed_bookings_router,
        sign_in_router,
        me_router,
        sessions_router,
        members_router,
        invitation_answers_router,
        api_keys_router,
        passwords_router,
        second_factor_router,
        customers.codes,
        customers.router,
        privacy_router,
        orgs_router,
        service_areas_router,
        days_off_router,
        branches_router,
        trucks_router,
        drivers_router,
        crew_invitations_router,
        truck_photos_router,
        equipment_router,
        fleet_tables_router,
        time_off_router,
        pricing.public,
        pricing.own_items,
        pricing.trials,
        pricing.router,
        verification_router,
        verification_packs_router,
        market.searches,
        market.router,
        files_router,
        file_doors,
        audit_router,
        staff_router,
        ops_reviews_router,
        ops_disputes_router,
        ops_papers_router,
        ops_companies_router,
        ops_customers_router,
        ops_settings_router,
        ops_texts_router,
        ops_trail_router,
    )


def handlers() -> tuple[Handlers, ...]:
    """What the worker does, module by module."""
    return (
        upkeep.handlers,
        audit_handlers,
        files_handlers,
        customers_handlers.handlers,
        identity_handlers.handlers,
        fleet_handlers,
        pricing_handlers,
        verification_handlers,
        bookings_handlers,
        invoices_handlers,
        privacy_handlers,
    )


def events() -> list[type[Event]]:
    """Every event of the program: all of them are declared once this file has been imported."""
    return [event for event in _subclasses(Event) if "name" in vars(event)]


def handler_table() -> HandlerTable:
    return HandlerTable(handlers(), events())


def errors() -> list[type[AppError]]:
    """Every error of the program: all of them are declared once this file has been imported."""
    return [AppError, *_subclasses(AppError)]


def _subclasses(base: type[Declared]) -> Iterator[type[Declared]]:
    for child in base.__subclasses__():
        yield child
        yield from _subclasses(child)


def error_map() -> ErrorMap:
    return ErrorMap(errors())


def warm_up() -> None:
    """Make what the first request would otherwise wait for: the mappers of every table."""
    configure_mappers()
