"""The price of a move: pure, exact, and fast enough for hundreds of configs in one search."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final, NamedTuple

from app.kernel.errors import Fault
from app.kernel.money import LARGEST_AMOUNT, Money, round_cents
from app.modules.pricing.errors import HolidaysUnknown, NotPriced
from app.modules.pricing.rules.config import Deposit, PricingConfig
from app.modules.pricing.rules.kinds import KINDS, Stage
from app.modules.pricing.rules.promise import promise_of
from app.modules.pricing.rules.rule import HUNDRED, ONE, Charge, Sums
from app.modules.pricing.rules.timing import HolidayRule
from app.modules.pricing.values import ZERO, Calendar, Job, Line, Price, Travel, Unit, Unpriced

_MINUTES: Final = Decimal(60)
# Fractions of an hour that do not end, as 20 minutes: as few decimals as give the same cents, else enough for any.
_HOUR_PLACES: Final = (Decimal("1E-6"), Decimal("1E-20"))


class Step(NamedTuple):
    """One rule made ready: what the engine asks about it, looked up once."""

    position: int
    code: str
    rule: Any
    charge: Callable[[Any, Job, Sums], Charge | None]
    is_line_haul: bool
    is_multiplier: bool


@dataclass(frozen=True, slots=True)
class CompiledConfig:
    """A config with its rules sorted by stage and its holidays as sets of dates. Made once, priced many times."""

    config: PricingConfig
    line_haul: tuple[Step, ...]
    surcharges: tuple[Step, ...]
    discounts: tuple[Step, ...]
    calendars: tuple[tuple[Calendar, frozenset[date]], ...]


def compile_config(
    config: PricingConfig, holiday_dates: Mapping[Calendar, frozenset[date]] | None = None
) -> CompiledConfig:
    """Make a config ready to price with. `holiday_dates` holds the dates of every calendar that its rules name.

    Raises: HolidaysUnknown (422), with the pointer of each calendar that has no dates.
    """
    known = holiday_dates or {}
    stages: dict[Stage, list[Step]] = {stage: [] for stage in Stage}
    calendars: dict[Calendar, frozenset[date]] = {}
    unknown: list[Fault] = []
    for index, written in enumerate(config.surcharge_rules):
        rule = written
        if isinstance(rule, HolidayRule) and rule.calendar is not None:
            dates = known.get(rule.calendar.key)
            if dates is None:
                pointer = f"/surcharge_rules/{index}/calendar"
                unknown.append(Fault(pointer, HolidaysUnknown.code, HolidaysUnknown.title))
                continue
            calendars[rule.calendar.key] = dates
            rule = rule.model_copy(update={"dates": dates})
        kind = KINDS[rule.type]
        is_multiplier = getattr(rule, "multiplier", None) is not None
        is_line_haul = kind.stage is Stage.LINE_HAUL
        stages[kind.stage].append(Step(index, rule.type, rule, kind.charge, is_line_haul, is_multiplier))
    if unknown:
        raise HolidaysUnknown(faults=tuple(unknown))
    before_discounts = sorted(stages[Stage.LINE_HAUL] + stages[Stage.SURCHARGE], key=lambda step: step.position)
    return CompiledConfig(
        config=config,
        line_haul=tuple(stages[Stage.LINE_HAUL]),
        surcharges=tuple(before_discounts),
        discounts=tuple(stages[Stage.DISCOUNT]),
        calendars=tuple(calendars.items()),
    )


class _Bill:
    """The lines so far and their sum."""

    __slots__ = ("currency", "lines", "sum")

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.lines: list[Line] = []
        self.sum = ZERO

    def line(self, code: str, charge: Charge, rule: int | None = None) -> Line:
        quantity, unit, unit_price, description = charge
        exact = quantity * unit_price
        if abs(exact) > LARGEST_AMOUNT:
            # Multipliers upon multipliers outgrow what can be rounded to the cent, long before the total is looked at.
            raise NotPriced(Unpriced.TOTAL_TOO_LARGE)
        amount = Money(round_cents(exact), self.currency)
        return Line(code, description, quantity, unit, unit_price, amount, rule)

    def put(self, line: Line) -> Decimal:
        """Add a line and answer its amount. One of 0.00 says nothing and is left out."""
        amount = line.amount.amount
        if amount:
            self.lines.append(line)
            self.sum += amount
        return amount

    def charge(self, code: str, charge: Charge, rule: int | None = None) -> Decimal:
        return self.put(self.line(code, charge, rule))


def _crew_rate(config: PricingConfig, crew: int) -> Decimal:
    extra = crew - config.included_crew
    if extra <= 0:
        return config.base_hourly_rate
    if config.extra_mover_hourly_rate is None:
        raise NotPriced(Unpriced.CREW_TOO_LARGE)
    return config.base_hourly_rate + extra * config.extra_mover_hourly_rate


def _hours(minutes: int, hourly_rate: Decimal) -> Decimal:
    """Minutes as hours, so that hours by the rate rounds to the same cents as the exact minutes do.

    Rounded up, never down: half a cent must stay at least half a cent.
    """
    if minutes % 3 == 0:
        return Decimal(minutes) / _MINUTES
    exact = round_cents(minutes * hourly_rate / _MINUTES)
    shown = ZERO
    for places in _HOUR_PLACES:
        shown = (minutes / _MINUTES).quantize(places, ROUND_CEILING)
        if round_cents(shown * hourly_rate) == exact:
            break
    return shown


def _labour(config: PricingConfig, job: Job, rate: Decimal) -> Charge:
    worked = max(job.hours, config.minimum_hours) * _MINUTES
    started = (worked / config.billing_increment_minutes).to_integral_value(ROUND_CEILING)
    minutes = int(started) * config.billing_increment_minutes
    return Charge(_hours(minutes, rate), Unit.HOUR, rate, f"Labour, crew of {job.crew}")


def _travel_minutes(config: PricingConfig, job: Job) -> int:
    match config.travel:
        case Travel.NONE:
            return 0
        case Travel.PORTAL_TO_PORTAL:
            return job.base_to_pickup_minutes + job.drive_minutes + job.dropoff_to_base_minutes
        case Travel.DOUBLE_DRIVE:
            return 2 * job.drive_minutes if job.distance_miles > config.double_drive_free_miles else 0


def _deposit(deposit: Deposit | None, total: Decimal) -> Decimal:
    if deposit is None:
        return ZERO
    if deposit.percent is not None:
        return round_cents(total * deposit.percent / HUNDRED)
    return min(deposit.amount or ZERO, total)


def shares_of(config: PricingConfig, subtotal: Decimal, total: Decimal) -> tuple[Money, Money]:
    """The deposit of a total, and the platform's fee of what it is before tax."""
    fee = round_cents(subtotal * config.platform_fee_percent / HUNDRED)
    return Money(_deposit(config.deposit, total), config.currency), Money(fee, config.currency)


def _surcharge(compiled: CompiledConfig, job: Job, bill: _Bill, sums: Sums) -> None:
    """Every line of a rule but the discounts, in config order; the line-haul is known before fuel asks for it."""
    hauled: dict[int, Line] = {}
    for step in compiled.line_haul:
        charge = step.charge(step.rule, job, sums)
        if charge is not None:
            line = hauled[step.position] = bill.line(step.code, charge, step.position)
            sums.line_haul += line.amount.amount
    for position, code, rule, charge_of, is_line_haul, is_multiplier in compiled.surcharges:
        if is_line_haul:
            if position in hauled:
                bill.put(hauled[position])
            continue
        charge = charge_of(rule, job, sums)
        if charge is None:
            continue
        amount = bill.charge(code, charge, position)
        if is_multiplier:
            sums.markups += amount


def price(compiled: CompiledConfig, job: Job) -> Price:
    """Price of a move, line by line, in the config's currency.

    Each line is rounded to the cent, halves away from zero; the total is their sum. Days and times are the
    pickup's wall time.
    Raises: NotPriced (409): a crew or a fuel table that the config or the job has no figure for, or a sum that no
    invoice can hold.
    """
    config = compiled.config
    rate = _crew_rate(config, job.crew)
    bill = _Bill(config.currency)
    labour = bill.line("labour", _labour(config, job, rate))
    if not bill.put(labour):
        bill.lines.append(labour)
    travel = _travel_minutes(config, job)
    if travel:
        bill.charge("travel", Charge(_hours(travel, rate), Unit.HOUR, rate, "Travel"))
    mileage = bill.charge("mileage", Charge(job.distance_miles, Unit.MILE, config.base_mileage_rate, "Mileage"))
    if config.flat_rate:
        bill.charge("flat_rate", Charge(ONE, Unit.JOB, config.flat_rate, "Flat rate"))
    sums = Sums(base=labour.amount.amount + mileage, line_haul=mileage)
    _surcharge(compiled, job, bill, sums)
    for step in compiled.discounts:
        sums.left = bill.sum
        charge = step.charge(step.rule, job, sums)
        if charge is not None:
            bill.charge(step.code, charge, step.position)
    missing = config.minimum_charge - bill.sum
    if missing > 0:
        bill.charge("minimum_charge_adjustment", Charge(ONE, Unit.JOB, missing, "Minimum charge"))
    return _close(compiled, job, bill)


def _holidays(compiled: CompiledConfig, job: Job) -> tuple[Calendar, ...]:
    day = job.local_start.date()
    return tuple(calendar for calendar, dates in compiled.calendars if day in dates)


def _close(compiled: CompiledConfig, job: Job, bill: _Bill) -> Price:
    """Tax, the sums, and what stands beside the lines."""
    config = compiled.config
    subtotal = bill.sum
    if config.tax_rate:
        bill.charge("tax", Charge(config.tax_rate, Unit.SHARE, subtotal, "Tax"))
    if bill.sum > LARGEST_AMOUNT:
        raise NotPriced(Unpriced.TOTAL_TOO_LARGE)
    currency = config.currency
    total = Money(bill.sum, currency)
    deposit, fee = shares_of(config, subtotal, bill.sum)
    return Price(
        lines=tuple(bill.lines),
        subtotal=Money(subtotal, currency),
        total=total,
        deposit=deposit,
        platform_fee=fee,
        holidays=_holidays(compiled, job) if compiled.calendars else (),
        promise=promise_of(config.estimate, total),
    )


def replay(config: PricingConfig, job: Job, holidays: tuple[Calendar, ...]) -> Price:
    """Price a stored job again: `holidays` are those of its stored price, so no holiday library can move a cent."""
    day = frozenset({job.local_start.date()})
    named = {
        rule.calendar.key
        for rule in config.surcharge_rules
        if isinstance(rule, HolidayRule) and rule.calendar is not None
    }
    return price(compile_config(config, {key: day if key in holidays else frozenset() for key in named}), job)
