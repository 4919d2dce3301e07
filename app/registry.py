"""The one list of modules: what main, worker, cli and migrations/env.py need of each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from fastapi import APIRouter

from app.kernel.errors import AppError
from app.modules.bookings.routes import router as bookings_router
from app.modules.fleet.routes import router as fleet_router
from app.modules.identity.routes import router as identity_router
from app.modules.market import routes as market
from app.modules.ops.routes import router as ops_router
from app.modules.orgs.routes import router as orgs_router
from app.modules.pricing import routes as pricing
from app.modules.verification.routes import router as verification_router
from app.runtime.db.base import Model
from app.runtime.db.constraints import ErrorMap

# The release's schema: the last migration. A test compares it with migrations/versions.
SCHEMA_REVISION: Final = "invoices_0001"


def metadata() -> sa.MetaData:
    """All tables; importing this file has declared them."""
    return Model.metadata


def schema_revision() -> str:
    return SCHEMA_REVISION


def routers() -> tuple[APIRouter, ...]:
    return (
        identity_router,
        orgs_router,
        fleet_router,
        pricing.public,
        pricing.trials,
        pricing.router,
        verification_router,
        market.searches,
        market.router,
        bookings_router,
        ops_router,
    )


def errors() -> list[type[AppError]]:
    """Every error of the program: all of them are declared once this file has been imported."""
    return list(_below(AppError))


def _below(error: type[AppError]) -> Iterator[type[AppError]]:
    yield error
    for child in error.__subclasses__():
        yield from _below(child)


def error_map() -> ErrorMap:
    return ErrorMap(errors())


def warm_up() -> None:
    """Load what the first request would otherwise wait for."""
