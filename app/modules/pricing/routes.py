from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.localtime import LocalTimeRefused
from app.kernel.paging import Page, cut
from app.kernel.ports.geocoding import PlaceNotLocated
from app.modules.pricing import service
from app.modules.pricing.access import PricingRead, PricingTrial, PricingWrite
from app.modules.pricing.errors import (
    ConfigInForce,
    ConfigNotFound,
    ConfigRace,
    HolidaysUnknown,
    NotPriced,
    StartPassed,
    UnknownItem,
)
from app.modules.pricing.models import PricingConfig as StoredConfig
from app.modules.pricing.rules import PricingConfig, find_items, price
from app.modules.pricing.rules.delivery import delivery_maximum
from app.modules.pricing.rules.rooms import ROOMS
from app.modules.pricing.schemas import (
    EstimateIn,
    EstimateOut,
    JobIn,
    SignedEstimateOut,
    SimulatedOut,
    SimulateIn,
    item_out,
    simulated_out,
)
from app.modules.pricing.schemas.configs import (
    ChangeOut,
    ConfigOut,
    ConfigShownOut,
    DiffOut,
    DiffQuery,
    PlanIn,
    WarningOut,
)
from app.modules.pricing.schemas.delivery import DeliveryIn, DeliveryOut, delivery_out
from app.modules.pricing.schemas.figures import FiguresOut, OwnFiguresIn, figures_out
from app.modules.pricing.schemas.items import (
    InventoryOut,
    ItemQuery,
    OwnItemOut,
    OwnItemsIn,
    OwnItemsOut,
    RoomOut,
    RoomsOut,
)
from app.modules.pricing.schemas.learning import EstimatorOut, estimator_out
from app.modules.pricing.service import learning, own, planned
from app.runtime.resources import resources_of
from app.runtime.web.json_schema import put_in_words
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging, PlainListQuery
from app.runtime.web.route import IdempotentRoute, TransactionalRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/pricing-configs", tags=["prices"], route_class=IdempotentRoute)
public = APIRouter(prefix="/v1", tags=["prices"], route_class=TransactionalRoute)
own_items = APIRouter(prefix="/v1/org", tags=["prices"], route_class=IdempotentRoute)
trials = APIRouter(prefix="/v1/pricing-configs", tags=["prices"], route_class=TransactionalRoute)


def config_out(config: StoredConfig) -> ConfigOut:
    return ConfigOut(
        id=config.id,
        version=config.number,
        status=config.status,
        currency=config.currency,
        config=config.body,
        created_at=config.created_at,
        activated_at=config.activated_at,
        retired_at=config.retired_at,
        in_force_from=config.in_force_from,
    )


def config_shown(config: StoredConfig, now: datetime) -> ConfigShownOut:
    warnings = [WarningOut.of(fault) for fault in service.warnings_of(config, now)]
    return ConfigShownOut(**config_out(config).model_dump(), warnings=warnings)


@public.get("/inventory-items")
async def list_items(query: Annotated[ItemQuery, Query()]) -> InventoryOut:
    """The things that can be moved, with their volume and weight. For anyone."""
    return InventoryOut(items=[item_out(item) for item in find_items(query.q, query.category)])


@public.get("/room-templates")
async def list_rooms() -> RoomsOut:
    """What usually stands in a room, to begin an inventory with. For anyone."""
    return RoomsOut(items=[RoomOut.model_validate(room) for room in ROOMS.values()])


@public.post("/estimates", responses=problems(PlaceNotLocated, UnknownItem))
async def estimate_move(body: EstimateIn, request: Request) -> SignedEstimateOut:
    """Volume, weight, crew, hours and trucks of a move, with every factor; a search takes it back. For anyone."""
    resources = resources_of(request)
    lifetime = timedelta(hours=resources.settings.market.estimate_hours)
    terms = service.Terms(resources.signer, resources.clock.now(), lifetime)
    return await service.estimate_move(resources.ports, terms, body)


@public.post("/estimates/delivery-maximum")
async def work_out_delivery_maximum(body: DeliveryIn) -> DeliveryOut:
    """The most that may be asked for at the door under an estimate, with the authority of each limit. For anyone."""
    return delivery_out(delivery_maximum(body.to_charges()), body.currency)


@public.post("/org/estimates", responses=problems(PlaceNotLocated, UnknownItem))
async def estimate_own_move(body: EstimateIn, actor: PricingTrial, session: Read, request: Request) -> EstimateOut:
    """An estimate by your company's own figures and the pace of its completed jobs. For the office and accountants."""
    return await learning.estimate_own_move(session, resources_of(request).ports, actor, body)


@public.get("/org/inventory-items")
async def list_own_items(actor: PricingRead, session: Read) -> OwnItemsOut:
    """The things that your company knows otherwise than the catalogue. For the office and accountants."""
    found = await own.list_own_items(session, actor)
    return OwnItemsOut(items=[OwnItemOut.model_validate(item) for item in found])


@own_items.put("/inventory-items")
async def set_own_items(body: OwnItemsIn, actor: PricingWrite, session: Write) -> OwnItemsOut:
    """Say which things are not as the catalogue has them, for your estimates and offers. For owners and managers."""
    items = [item.to_item() for item in body.items]
    await own.set_own_items(session, actor, items)
    return OwnItemsOut(items=[OwnItemOut.model_validate(item) for item in items])


@public.get("/org/estimator-figures")
async def list_own_figures(actor: PricingRead, session: Read) -> FiguresOut:
    """The figures your estimates are made with, and how far you may set each. For the office and accountants."""
    return figures_out(await own.list_own_figures(session, actor))


@own_items.put("/estimator-figures")
async def set_own_figures(body: OwnFiguresIn, actor: PricingWrite, session: Write) -> FiguresOut:
    """Say which figures of the estimator are your own, for your estimates and offers. Where they make your hours, your
    pace is learned anew from the jobs you complete from now on. For owners and managers.
    """
    told = body.to_told()
    await own.set_own_figures(session, actor, told)
    return figures_out(told)


@public.get("/org/estimator")
async def show_estimator(actor: PricingRead, session: Read) -> EstimatorOut:
    """What your completed jobs say of your pace, and how your estimates held. For the office and accountants."""
    return estimator_out(await learning.list_observed(session, actor))


@trials.post("/simulate", responses=problems(HolidaysUnknown, NotPriced))
async def simulate(body: SimulateIn, actor: PricingTrial, request: Request) -> SimulatedOut:
    """Price a job with a price list that need not be stored. For the office and accountants."""
    job = body.job.to_job(resources_of(request).clock.now())
    return simulated_out(price(service.make_ready(body.config), job))


@trials.get("/schema")
async def show_schema(actor: PricingTrial) -> dict[str, Any]:
    """The JSON Schema of a price list, to build a form from. For the office and accountants."""
    schema = PricingConfig.model_json_schema()
    put_in_words(schema)
    return schema


@router.post("", status_code=201, responses=problems(HolidaysUnknown, ConfigRace))
async def write_config(body: PricingConfig, actor: PricingWrite, session: Write) -> ConfigShownOut:
    """Store the next version of your prices. The first is in force at once. For owners and managers."""
    return config_shown(await service.write_config(session, actor, body), actor.now)


@router.get("", responses=problems(CursorRefused))
async def list_configs(
    query: PlainListQuery, actor: PricingRead, pager: Paging, session: Read, response: Response
) -> Page[ConfigOut]:
    """The versions of your prices, the newest first. For the office and accountants."""
    rows = await service.list_configs(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda config: (config.number,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[config_out(config) for config in page], next_cursor=cursor)


@router.get("/{config_id}", responses=problems(ConfigNotFound))
async def show_config(config_id: UUID, actor: PricingRead, session: Read) -> ConfigShownOut:
    """One version of your prices, with what you may not have meant. For the office and accountants."""
    return config_shown(await service.show_config(session, actor, config_id), actor.now)


@router.get("/{config_id}/diff", responses=problems(ConfigNotFound))
async def compare_versions(
    config_id: UUID, query: Annotated[DiffQuery, Query()], actor: PricingRead, session: Read
) -> DiffOut:
    """What this version of your prices says otherwise than another. For the office and accountants."""
    before, after, changes = await service.compare_versions(session, actor, query.since, config_id)
    told = [ChangeOut(**change._asdict()) for change in changes]
    return DiffOut(version_before=before.number, version_after=after.number, changes=told)


@trials.post("/{config_id}/simulate", responses=problems(ConfigNotFound, NotPriced))
async def simulate_version(
    config_id: UUID, body: JobIn, actor: PricingRead, session: Read, request: Request
) -> SimulatedOut:
    """Price a job with one of your versions, a draft too; each line names it. For the office and accountants."""
    priced, version = await service.simulate_version(session, actor, config_id, body)
    return simulated_out(priced, version)


@router.post("/{config_id}/activate", responses=problems(ConfigNotFound))
async def activate_config(config_id: UUID, actor: PricingWrite, session: Write) -> ConfigOut:
    """Put a version in force; what was due before this comes no more. Quotes and bookings stay on theirs. For owners
    and managers.
    """
    return config_out(await planned.activate_config(session, actor, config_id))


@router.post("/{config_id}/plan", responses=problems(ConfigNotFound, ConfigInForce, StartPassed, LocalTimeRefused))
async def plan_config(config_id: UUID, body: PlanIn, actor: PricingWrite, session: Write) -> ConfigOut:
    """Have a version come into force by itself, at a time to come. For owners and managers."""
    return config_out(await planned.plan_config(session, actor, config_id, body.in_force_from))
