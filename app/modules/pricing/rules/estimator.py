"""How much, how heavy, how many people, how long: from a list of things or a home size, every factor shown.

Worked in exact fractions, because crews and hours jump at their bounds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from app.kernel.errors import Fault
from app.kernel.places import Access, Place
from app.modules.pricing.errors import UnknownItem
from app.modules.pricing.rules.catalogue import CATALOGUE, LB_PER_CUFT, Item
from app.modules.pricing.rules.estimator_figures import (
    CARTON_MIX,
    CARTONS,
    FIGURES,
    OWN_RATIO,
    VOLUMES,
    Figure,
    applying,
)
from app.modules.pricing.values import (
    CUSTOM_ITEM,
    ZERO,
    CartonCount,
    End,
    Estimate,
    EstimateRequest,
    Factor,
    Hours,
    ItemCount,
    Job,
    Packing,
    Piece,
)

_FULL_TRUCK_FT: Final = 26
_SHOWN: Final = Decimal("0.0001")
_MINUTES_PER_HOUR: Final = 60
_SECONDS_PER_HOUR: Final = 3600
_CUBIC_INCHES: Final = 1728
_THOUSANDTH: Final = Decimal("0.001")

# What companies say is mostly what others say too: of a search's figures each is made exact, and packed, once.
_KEPT: Final = 4096

Figures = Mapping[str, Factor]
Catalogue = Mapping[str, Item]


@lru_cache(maxsize=_KEPT)
def _exact(value: Decimal) -> Fraction:
    return Fraction(value)


def end_of(access: Access | None) -> End:
    """How a place's access counts. What was not told counts as easy; a floor counts where no flights were told.

    The ground floor is 0 or 1; a floor below the ground counts the flights down.
    """
    if access is None:
        return End()
    floor = access.floor or 0
    flights = access.stairs_flights
    if flights is None:
        flights = floor - 1 if floor > 0 else -floor
    return End(
        flights=flights,
        elevator=access.has_elevator is True,
        carry_ft=Decimal(access.long_carry_ft or 0),
        full_truck_access=access.max_truck_ft is None or access.max_truck_ft >= _FULL_TRUCK_FT,
    )


def _item_of(counted: ItemCount, catalogue: Catalogue) -> Item:
    """The catalogue's row, or one made of a custom item's own volume: nobody takes it apart."""
    if counted.code != CUSTOM_ITEM or counted.volume_cuft is None:
        return catalogue[counted.code]
    volume = counted.volume_cuft
    return Item(CUSTOM_ITEM, "Custom item", volume, volume * LB_PER_CUFT, (CUSTOM_ITEM,))


def volume_of(length_in: Decimal, width_in: Decimal, height_in: Decimal) -> Decimal:
    """Cubic feet of a box of so many inches, to the thousandth, up."""
    return (length_in * width_in * height_in / _CUBIC_INCHES).quantize(_THOUSANDTH, ROUND_CEILING)


def pack_home(cartons: int, figures: Figures = FIGURES) -> tuple[CartonCount, ...]:
    """So many cartons by the mix: whole cartons, those nearest to the next one rounded up until it adds up."""
    return _pack(cartons, tuple(figures[part].value for part in CARTON_MIX.values()))


@lru_cache(maxsize=_KEPT)
def _pack(cartons: int, parts: tuple[Decimal, ...]) -> tuple[CartonCount, ...]:
    all_parts = Fraction(sum(parts))
    exact = {code: cartons * Fraction(part) / all_parts for code, part in zip(CARTON_MIX, parts, strict=True)}
    whole = {code: math.floor(count) for code, count in exact.items()}
    nearest = sorted(exact, key=lambda code: whole[code] - exact[code])
    for code in nearest[: cartons - sum(whole.values())]:
        whole[code] += 1
    return tuple(CartonCount(code, count) for code, count in whole.items() if count)


def count_cartons(request: EstimateRequest, figures: Figures = FIGURES) -> int:
    """So many cartons does packing take: those listed, or the usual number of the home."""
    if request.home_size is not None:
        return int(figures[CARTONS[request.home_size]].value)
    return sum(item.quantity for item in request.items if "carton" in _item_of(item, CATALOGUE).categories)


def packing_of(cartons: int, told: Decimal | None = None, figures: Figures = FIGURES) -> Packing:
    """Packing so many; in started quarters of an hour, as all hours of estimates. `told` hours count where they are
    more: whoever names fewer would name the price.
    """
    step = figures[Figure.HOURS_STEP].value
    exact = Fraction(cartons) / _exact(figures[Figure.CARTONS_PER_HOUR].value)
    return Packing(cartons, max(step * math.ceil(exact / Fraction(step)), told or ZERO))


def at_ends(request: EstimateRequest, origin: Place, destination: Place) -> EstimateRequest:
    """The same load between other places; of them only the access counts."""
    return replace(request, pickup=end_of(origin.access), dropoff=end_of(destination.access))


def pieces_of(items: tuple[ItemCount, ...]) -> tuple[Piece, ...]:
    """The inventory with the catalogue's categories. Raises: UnknownItem (422), with `/items/1/code` for each."""
    faults = tuple(
        Fault(f"/items/{index}/code", UnknownItem.code, UnknownItem.title)
        for index, counted in enumerate(items)
        if counted.code not in CATALOGUE and (counted.code != CUSTOM_ITEM or counted.volume_cuft is None)
    )
    if faults:
        raise UnknownItem(faults=faults)
    return tuple(Piece(counted.code, counted.quantity, _item_of(counted, CATALOGUE).categories) for counted in items)


class _Effort(Protocol):
    """What of a load makes work."""

    @property
    def volume_cuft(self) -> Decimal: ...
    @property
    def disassembly_minutes(self) -> int: ...
    @property
    def loose(self) -> int: ...


class _Listed(NamedTuple):
    volume_cuft: Decimal
    disassembly_minutes: int
    loose: int


class _Load(NamedTuple):
    volume_cuft: Decimal
    weight_lb: Decimal
    disassembly_minutes: int
    loose: int
    pieces: tuple[Piece, ...]
    cartons: tuple[CartonCount, ...]
    factor: Factor


def _load_of_items(items: tuple[ItemCount, ...], catalogue: Catalogue) -> _Load:
    pieces = pieces_of(items)
    volume, weight, minutes, loose = ZERO, ZERO, 0, 0
    for counted in items:
        item = _item_of(counted, catalogue)
        volume += item.volume_cuft * counted.quantity
        weight += (item.weight_lb if counted.weight_lb is None else counted.weight_lb) * counted.quantity
        minutes += item.disassembly_minutes * counted.quantity
        loose += counted.quantity if "carton" not in item.categories else 0
    factor = Factor("volume", "Volume of the listed things", volume, "cuft", "item catalogue")
    cartons = tuple(CartonCount(piece.code, piece.quantity) for piece in pieces if "carton" in piece.categories)
    return _Load(volume, weight, minutes, loose, pieces, cartons, factor)


def _load_of(request: EstimateRequest, figures: Figures, catalogue: Catalogue) -> _Load:
    if request.home_size is None:
        return _load_of_items(request.items, catalogue)
    _, _, volume, _, source = figures[VOLUMES[request.home_size]]
    cartons = pack_home(count_cartons(request, figures), figures)
    factor = Factor("volume", f"Usual volume of a home: {request.home_size}", volume, "cuft", source)
    # Nobody has counted: the volume stands for everything, and no piece is added on its own.
    return _Load(volume, volume * figures[Figure.LB_PER_CUFT].value, 0, 0, (), cartons, factor)


def _access_factor(end: End, figures: Figures) -> Fraction:
    """The work at one end, where 1 is a ground floor beside the truck."""
    beyond = max(ZERO, end.carry_ft - figures[Figure.FREE_CARRY].value)
    steps = math.ceil(Fraction(beyond) / _exact(figures[Figure.CARRY_STEP].value))
    factor = 1 + _exact(figures[Figure.PER_CARRY_STEP].value) * steps
    if end.elevator:
        return factor + _exact(figures[Figure.PER_ELEVATOR_END].value)
    return factor + _exact(figures[Figure.PER_FLIGHT].value) * end.flights


def _crew(person_hours: Fraction, figures: Figures) -> int:
    for crew, bound in ((2, Figure.CREW_OF_TWO), (3, Figure.CREW_OF_THREE), (4, Figure.CREW_OF_FOUR)):
        if person_hours <= figures[bound].value:
            return crew
    beyond = person_hours - _exact(figures[Figure.CREW_OF_FOUR].value)
    return 4 + math.ceil(beyond / _exact(figures[Figure.PER_FURTHER_MOVER].value))


def _trucks(volume: Decimal, weight: Decimal, figures: Figures) -> int:
    needed = 1 + _exact(figures[Figure.TRUCK_SLACK].value)
    by_volume = math.ceil(Fraction(volume) * needed / _exact(figures[Figure.TRUCK_VOLUME].value))
    by_weight = math.ceil(Fraction(weight) * needed / _exact(figures[Figure.TRUCK_LOAD].value))
    return max(1, by_volume, by_weight)


def _shown(number: Fraction) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(_SHOWN, ROUND_HALF_UP)


class _Work(NamedTuple):
    pickup: Fraction
    dropoff: Fraction
    person_hours: Fraction


def _work(request: EstimateRequest, load: _Effort, figures: Figures) -> _Work:
    loading = _exact(figures[Figure.LOAD_WEIGHT].value)
    unloading = _exact(figures[Figure.UNLOAD_WEIGHT].value)
    pickup = _access_factor(request.pickup, figures)
    dropoff = _access_factor(request.dropoff, figures)
    carried = Fraction(load.volume_cuft) / _exact(figures[Figure.CUFT_PER_MOVER_HOUR].value)
    access = (loading * pickup + unloading * dropoff) / (loading + unloading)
    taking_apart = Fraction(load.disassembly_minutes, _MINUTES_PER_HOUR)
    handling = load.loose * _exact(figures[Figure.LOOSE_ITEM].value) / _SECONDS_PER_HOUR
    return _Work(pickup, dropoff, carried * access + taking_apart + handling)


def _hours(person_hours: Fraction, crew: int, figures: Figures) -> Fraction:
    overhead = 1 + _exact(figures[Figure.CREW_OVERHEAD].value) * (crew - 2)
    return person_hours / crew * overhead * _exact(figures[OWN_RATIO].value)


def expected_hours(job: Job, figures: Figures = FIGURES) -> Decimal:
    """What these figures, the static ones or a company's, say of a job with the crew that it had: half of such jobs
    take no longer. Not rounded up; 0 where neither volume nor things are known.
    """
    known = [(CATALOGUE[piece.code], piece.quantity) for piece in job.inventory if piece.code in CATALOGUE]
    load = _Listed(
        job.volume_cuft,
        sum(item.disassembly_minutes * quantity for item, quantity in known),
        sum(piece.quantity for piece in job.inventory if "carton" not in piece.categories),
    )
    work = _work(EstimateRequest(pickup=job.pickup, dropoff=job.dropoff), load, figures)
    return _shown(_hours(work.person_hours, max(1, job.crew), figures))


def round_hours(exact: Fraction, figures: Figures) -> Hours:
    """Started steps of an hour, one at least; and what nine in ten such jobs take."""
    step = figures[Figure.HOURS_STEP].value
    p50 = step * max(1, math.ceil(exact / Fraction(step)))
    return Hours(p50=p50, p90=p50 * figures[Figure.P90_RATIO].value)


def estimate(request: EstimateRequest, figures: Figures = FIGURES, catalogue: Catalogue = CATALOGUE) -> Estimate:
    """Volume, weight, crew, hours and trucks of a move. Hours are loading and unloading, without the drive.

    Raises: UnknownItem (422), for a code that the catalogue does not hold.
    """
    load = _load_of(request, figures, catalogue)
    work = _work(request, load, figures)
    weight = load.weight_lb if request.weight_lb is None else request.weight_lb
    crew = _crew(work.person_hours, figures)
    exact = _hours(work.person_hours, crew, figures)
    return Estimate(
        volume_cuft=load.volume_cuft,
        weight_lb=weight,
        crew_size=crew,
        duration_hours=round_hours(exact, figures),
        exact_hours=exact,
        truck_count=_trucks(load.volume_cuft, weight, figures),
        person_hours=_shown(work.person_hours),
        inventory=load.pieces,
        cartons=load.cartons,
        factors=(*_own_factors(load, work, weight), *applying(figures, request.home_size)),
    )


def _own_factors(load: _Load, work: _Work, weight: Decimal) -> tuple[Factor, ...]:
    """What is peculiar to this move, before the figures that hold for all."""
    access = "floors, elevator and carry"
    return (
        load.factor,
        Factor("weight", "Weight", weight, "lb", "listed, or by volume"),
        Factor("pickup_access", "Work at the pickup", _shown(work.pickup), "ratio", access),
        Factor("dropoff_access", "Work at the drop-off", _shown(work.dropoff), "ratio", access),
        Factor("disassembly", "Taking apart", Decimal(load.disassembly_minutes), "min", "item catalogue"),
        Factor("loose_items", "Things in no carton", Decimal(load.loose), "piece", "item catalogue"),
        Factor("person_hours", "Work of it all", _shown(work.person_hours), "person-hour", "sum of the above"),
    )
