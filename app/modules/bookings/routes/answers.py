"""How a booking is answered, whatever was done to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from starlette.responses import Response

from app.kernel.actor import Customer, Mover
from app.kernel.geo import Point
from app.kernel.money import money_out
from app.kernel.places import Place
from app.modules.bookings import service
from app.modules.bookings.access import sees_prices
from app.modules.bookings.models import Booking
from app.modules.bookings.rules import as_of
from app.modules.bookings.schemas import (
    BookingOut,
    RescheduleOut,
    SettlementOut,
    StepOut,
    StepPhotoOut,
    TownOut,
    WindowOut,
)
from app.modules.bookings.service.given_links import Opened
from app.modules.bookings.service.reschedule import Foreseen
from app.modules.bookings.values import Settlement
from app.modules.files import public as files
from app.modules.market.public import arrival_window_out
from app.modules.pricing.public import price_out
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.tenancy import Audience
from app.runtime.resources import Resources
from app.runtime.web.etag import put_etag
from app.runtime.web.sessions import write_as

# A customer's command on one company; a member's transaction stays the member's.
BookingWrite = Annotated[WriteSession, write_as(Audience.BOOKING, books=True)]
# What can wait for a connection as everybody does: many at once, plans, renewals.
BookingCare = Annotated[WriteSession, write_as(Audience.BOOKING)]


def settlement_out(booking: Booking, settlement: Settlement) -> SettlementOut:
    refund, fee = settlement.refund, settlement.fee
    return SettlementOut(
        by=settlement.by,
        deposit=money_out(refund + fee, booking.currency),
        refund=money_out(refund, booking.currency),
        fee=money_out(fee, booking.currency),
        covers_replacement=settlement.covers_replacement,
    )


def booking_out(session: ReadSession, booking: Booking, organization_name: str, actor: Mover | Customer) -> BookingOut:
    """What it costs is null to whoever may not read prices: drivers."""
    is_told = sees_prices(actor)
    settlement = service.settlement_of(booking) if is_told else None
    fields = {name: getattr(booking, name) for name in BookingOut.model_fields if hasattr(booking, name)}
    return BookingOut.model_validate(
        fields
        | {
            "status": as_of(booking.status, booking.hold_expires_at, actor.now),
            "organization": {"id": booking.org_id, "name": organization_name},
            "arrival_window": arrival_window_out(booking.starts_at, booking.arrives_until),
            "contact": service.shown_contact(session.seals, booking),
            "price": price_out(booking.price) if is_told else None,
            "settlement": settlement_out(booking, settlement) if settlement else None,
            "final_price": price_out(booking.final_price) if is_told and booking.final_price else None,
        }
    )


def foreseen_out(seen: Foreseen) -> RescheduleOut:
    price = price_out(seen.price)
    return RescheduleOut(
        starts_at=seen.window.starts_at,
        ends_at=seen.window.ends_at,
        arrival_window=arrival_window_out(seen.window.starts_at, seen.arrives_until),
        is_free=seen.is_free,
        alternatives=[WindowOut.model_validate(window) for window in seen.alternatives],
        price=price,
        total=price.total,
    )


def town_of(stored: dict[str, object]) -> TownOut:
    """As much of a place as those may see who have a link."""
    place = Place.model_validate(stored)
    return TownOut(city=place.city, state=place.state)


def linked_fields(opened: Opened) -> dict[str, Any]:
    """What every link shows of its move."""
    booking = opened.booking
    return {
        "reference": booking.reference,
        "status": booking.status,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "arrival_window": arrival_window_out(booking.starts_at, booking.arrives_until),
        "planned_arrival_at": booking.planned_arrival_at,
        "pickup_zone": booking.pickup_zone,
        "origin": town_of(booking.origin),
        "destination": town_of(booking.destination),
        "organization_name": opened.company,
        "organization_phone": opened.company_phone,
    }


async def photos_out(
    resources: Resources, photos: Mapping[UUID, files.Upload], now: datetime
) -> dict[UUID, StepPhotoOut]:
    """With links that are good for a minute, or none while the store is away. No transaction may be open."""
    found = {}
    for key, upload in photos.items():
        found[key] = StepPhotoOut(id=key, url=None, thumbnail_url=None)
        with suppress(files.FilesUnavailable):
            links = await files.links_to(resources.ports.objects, upload, now, resources.settings.uploads.link_seconds)
            found[key] = StepPhotoOut(id=key, url=links.url, thumbnail_url=links.thumbnail_url)
    return found


def step_out(step: AnyRow, photos: Mapping[UUID, StepPhotoOut]) -> StepOut:
    location = None if step.latitude is None else Point(lat=step.latitude, lng=step.longitude)
    shown = [photos[key] for key in map(UUID, step.photo_ids) if key in photos]
    return StepOut.model_validate(step._asdict() | {"location": location, "photos": shown})


async def answer_booking(
    session: WriteSession, actor: Mover | Customer, booking: Booking, response: Response
) -> BookingOut:
    put_etag(response, booking.version)
    return booking_out(session, booking, await service.organization_name(session, booking), actor)
