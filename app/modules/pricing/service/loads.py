"""How much is moved: estimated now, or estimated before and sent back with our signature."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from app.kernel.errors import Fault
from app.kernel.ports import Ports
from app.kernel.ports.geocoding import locate_place
from app.kernel.signing import BadToken, Signer
from app.modules.pricing.errors import EstimateChanged, EstimateExpired, EstimateRefused
from app.modules.pricing.rules import count_cartons, estimate, pieces_of, request_from_json, request_to_json
from app.modules.pricing.rules.estimator_figures import FIGURES, OWN_RATIO
from app.modules.pricing.rules.own import COMMON, Own, estimate_own, hours_at_pace
from app.modules.pricing.rules.wire import number_text
from app.modules.pricing.schemas import EstimateIn, SignedEstimateOut, ToldEstimateIn, estimate_out
from app.modules.pricing.values import Estimate, EstimateRequest, Factor, Piece

PURPOSE: Final = "estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is moved, by how many people, in how many hours of loading and unloading; `request`: what was asked."""

    request: EstimateRequest
    volume_cuft: Decimal
    weight_lb: Decimal
    crew_size: int
    hours_p50: Decimal
    hours_p90: Decimal
    exact_hours: Fraction
    inventory: tuple[Piece, ...]
    cartons: int = 0
    factors: tuple[Factor, ...] = ()
    figures: Mapping[str, Factor] = field(default_factory=lambda: FIGURES)


class Terms(NamedTuple):
    """The key that signs estimates, when it is, and for how long they stand."""

    signer: Signer
    now: datetime
    lifetime: timedelta


def load_of(request: EstimateRequest, own: Own = COMMON) -> Load:
    """The load by the estimator and a company's own figures. Raises: UnknownItem (422)."""
    made = estimate_own(request, own)
    return _load(request, made, own)


def _load(request: EstimateRequest, made: Estimate, own: Own) -> Load:
    return Load(
        request=request,
        volume_cuft=made.volume_cuft,
        weight_lb=made.weight_lb,
        crew_size=made.crew_size,
        hours_p50=made.duration_hours.p50,
        hours_p90=made.duration_hours.p90,
        exact_hours=made.exact_hours,
        inventory=made.inventory,
        cartons=count_cartons(request, own.base),
        factors=own.factors(made.volume_cuft, request),
        figures=own.base,
    )


class OwnLoads:
    """The load that the common figures have estimated, by companies' own. Only where one knows some of the things
    otherwise, or has figures of its own for such a load, is it estimated anew, and once for all that say the
    same of it.
    """

    def __init__(self, common: Load) -> None:
        self._common = common
        self._listed = {counted.code for counted in common.request.items}
        self._anew: dict[Hashable, Load] = {}

    def by(self, own: Own) -> Load:
        items = frozenset((code, own.items[code]) for code in self._listed & own.items.keys())
        told = own.told(self._common.request.home_size)
        if not items and not told:
            hours = hours_at_pace(self._common.exact_hours, self._common.volume_cuft, own)
            factors = own.factors(self._common.volume_cuft, self._common.request)
            return replace(self._common, hours_p50=hours.p50, hours_p90=hours.p90, factors=factors)
        load = self._estimated(own, (items, tuple((figure.code, figure.value) for figure in told)))
        if own.learned is None:
            return replace(load, figures=own.base)
        ratio = own.figures(load.volume_cuft)[OWN_RATIO].value
        hours = hours_at_pace(load.exact_hours, load.volume_cuft, own)
        return replace(
            load,
            hours_p50=hours.p50,
            hours_p90=hours.p90,
            exact_hours=load.exact_hours * Fraction(ratio),
            factors=own.factors(load.volume_cuft, load.request),
            figures=own.base,
        )

    def _estimated(self, own: Own, key: Hashable) -> Load:
        """Without its pace, which the hours are brought to afterwards."""
        if key not in self._anew:
            self._anew[key] = load_of(self._common.request, own._replace(learned=None))
        return self._anew[key]


async def estimate_move(ports: Ports, terms: Terms, body: EstimateIn) -> SignedEstimateOut:
    """An estimate with the miles between the places, signed. Raises: PlaceNotLocated (422), UnknownItem (422)."""
    request = body.to_request()
    made = estimate(request)
    told = estimate_out(made, await miles_between(ports, body))
    expires_at = terms.now + terms.lifetime
    token = sign_load(terms.signer, _load(request, made, COMMON), expires_at)
    return SignedEstimateOut(**dict(told), token=token, expires_at=expires_at)


async def miles_between(ports: Ports, body: EstimateIn) -> Decimal:
    """The miles of the way. Raises: PlaceNotLocated (422)."""
    origin = await locate_place(ports.geocoder, body.origin, pointer="/origin")
    destination = await locate_place(ports.geocoder, body.destination, pointer="/destination")
    return (await ports.router.route(origin.location, destination.location)).distance_miles


def sign_load(signer: Signer, load: Load, expires_at: datetime) -> str:
    """A load by the common figures as a token: what was asked with what came of it, so that neither is changed."""
    return signer.sign(
        PURPOSE,
        {
            "r": request_to_json(load.request),
            "v": number_text(load.volume_cuft),
            "w": number_text(load.weight_lb),
            "c": load.crew_size,
            "h": [number_text(load.hours_p50), number_text(load.hours_p90)],
            "e": str(load.exact_hours),
            "x": expires_at.isoformat(),
        },
    )


def read_load(signer: Signer, told: ToldEstimateIn, now: datetime, *, pointer: str) -> Load:
    """The load of an estimate that came back at this place of the body.

    Raises: EstimateRefused (422), EstimateChanged (422), EstimateExpired (409).
    """
    try:
        body = signer.read(PURPOSE, told.token)
    except BadToken:
        where = Fault(f"{pointer}/token", EstimateRefused.code, EstimateRefused.title)
        raise EstimateRefused(faults=(where,)) from None
    if datetime.fromisoformat(body["x"]) <= now:
        raise EstimateExpired(faults=(Fault(pointer, EstimateExpired.code, EstimateExpired.title),))
    load = _signed_load(body)
    _refuse_changed(load, told, pointer)
    return load


def _signed_load(body: Mapping[str, Any]) -> Load:
    request = request_from_json(body["r"])
    p50, p90 = body["h"]
    return Load(
        request=request,
        volume_cuft=Decimal(body["v"]),
        weight_lb=Decimal(body["w"]),
        crew_size=body["c"],
        hours_p50=Decimal(p50),
        hours_p90=Decimal(p90),
        exact_hours=Fraction(body["e"]),
        inventory=pieces_of(request.items),
        cartons=count_cartons(request),
    )


def _refuse_changed(load: Load, told: ToldEstimateIn, pointer: str) -> None:
    signed = {
        "/volume_cuft": load.volume_cuft,
        "/weight_lb": load.weight_lb,
        "/crew_size": Decimal(load.crew_size),
        "/duration_hours/p50": load.hours_p50,
        "/duration_hours/p90": load.hours_p90,
    }
    faults = tuple(
        Fault(f"{pointer}{place}", EstimateChanged.code, f"It was estimated as {number_text(signed[place])}.")
        for place, figure in told.figures().items()
        if figure != signed[place]
    )
    if faults:
        raise EstimateChanged(faults=faults)
