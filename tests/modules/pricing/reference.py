"""The price page again, as naively as it can be written: exact fractions, one long reading, no cleverness.

It shares nothing with the engine: it reads the JSON of a config and of a job, and answers (code, cents) lines.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
ReferenceLine = tuple[str, int, int | None]


class NoPrice(Exception):
    pass


def number(value: Any) -> Fraction:
    return Fraction(str(value))


def cents(value: Fraction) -> int:
    """Halves away from zero."""
    scaled = abs(value) * 100
    whole = math.floor(scaled + Fraction(1, 2))
    return whole if value >= 0 else -whole


def dollars(amount: int) -> Fraction:
    return Fraction(amount, 100)


def ends(job: Json) -> list[Json]:
    return [job.get("pickup", {}), job.get("dropoff", {})]


def by_bands(bands: list[Json], whole: Fraction, upper: str, rate: str) -> Fraction:
    total, lower = Fraction(0), Fraction(0)
    for band in bands:
        end = number(band[upper]) if upper in band else None
        if whole > lower:
            inside = min(whole, end) - lower if end is not None else whole - lower
            total += number(band["amount"]) if "amount" in band else number(band[rate]) * inside
        lower = end if end is not None else lower
    return total


def by_weight(bands: list[Json], pounds: Fraction) -> Fraction:
    if pounds == 0:
        return Fraction(0)
    starts = [Fraction(0)] + [number(band["up_to_lb"]) for band in bands[:-1]]
    own = next(i for i, band in enumerate(bands) if "up_to_lb" not in band or pounds <= number(band["up_to_lb"]))
    return min(max(pounds, starts[i]) / 100 * number(bands[i]["per_100lb"]) for i in range(own, len(bands)))


def fuel_factor(pounds: Fraction) -> Fraction:
    for limit, factor in ((5000, "0.000417"), (10000, "0.0006255"), (24000, "0.000834")):
        if pounds <= limit:
            return number(factor)
    return number("0.00139")


class Reading:
    """One job against one config."""

    def __init__(self, config: Json, job: Json, now: datetime) -> None:
        self.config, self.job = config, job
        zone = ZoneInfo(job["pickup_zone"])
        self.starts_at = datetime.fromisoformat(job["starts_at"]).astimezone(UTC)
        self.local = self.starts_at.astimezone(zone)
        self.booked_at = datetime.fromisoformat(job["booked_at"]).astimezone(UTC) if "booked_at" in job else now
        self.booked_on = self.booked_at.astimezone(zone).date()
        self.miles = number(job.get("distance_miles", 0))
        self.pounds = number(job.get("weight_lb", 0))
        self.lines: list[ReferenceLine] = []

    def add(self, code: str, amount: int, rule: int | None = None) -> int:
        if amount or code == "labour":
            self.lines.append((code, amount, rule))
        return amount

    def sum(self) -> int:
        return sum(amount for _, amount, _ in self.lines)

    def read(self) -> list[ReferenceLine]:
        config, job = self.config, self.job
        rate = number(config["base_hourly_rate"])
        extra = job.get("crew", 2) - config.get("included_crew", 2)
        if extra > 0:
            if "extra_mover_hourly_rate" not in config:
                raise NoPrice
            rate += extra * number(config["extra_mover_hourly_rate"])
        minutes = max(number(job["hours"]), number(config.get("minimum_hours", 0))) * 60
        step = config.get("billing_increment_minutes", 15)
        labour = self.add("labour", cents(math.ceil(minutes / step) * step * rate / 60))
        self.add("travel", cents(self.travel_minutes() * rate / 60))
        mileage = self.add("mileage", cents(self.miles * number(config["base_mileage_rate"])))
        self.add("flat_rate", cents(number(config.get("flat_rate", 0))))
        self.surcharges(labour + mileage, mileage)
        self.discounts()
        self.add("minimum_charge_adjustment", max(0, cents(number(config["minimum_charge"])) - self.sum()))
        self.add("tax", cents(number(config.get("tax_rate", 0)) * dollars(self.sum())))
        return self.lines

    def travel_minutes(self) -> int:
        job, travel = self.job, self.config.get("travel", "none")
        drive: int = job.get("drive_minutes", 0)
        if travel == "portal_to_portal":
            around: int = job.get("base_to_pickup_minutes", 0) + job.get("dropoff_to_base_minutes", 0)
            return drive + around
        if travel == "double_drive" and self.miles > number(self.config.get("double_drive_free_miles", 0)):
            return 2 * drive
        return 0

    def surcharges(self, base: int, mileage: int) -> None:
        rules = list(enumerate(self.config["surcharge_rules"]))
        hauled = {
            index: cents(self.plain(rule)) for index, rule in rules if rule["type"] in ("distance", "volume", "weight")
        }
        line_haul = mileage + sum(hauled.values())
        multiplied = 0
        for index, rule in rules:
            kind = rule["type"]
            if kind == "discount":
                continue
            if kind in ("weekend", "after_hours", "holiday", "season", "lead_time"):
                if not self.is_time(rule):
                    continue
                if "multiplier" in rule:
                    of = base + multiplied if rule.get("compounds") else base
                    multiplied += self.add(kind, cents((number(rule["multiplier"]) - 1) * dollars(of)), index)
                else:
                    self.add(kind, cents(number(rule["amount"])), index)
            elif kind == "fuel" and "percent" in rule:
                self.add(kind, cents(number(rule["percent"]) / 100 * dollars(line_haul)), index)
            else:
                self.add(kind, hauled[index] if index in hauled else cents(self.plain(rule)), index)

    def is_time(self, rule: Json) -> bool:  # noqa: PLR0911 - one branch a row of the page's table
        local = self.local
        clock = f"{local:%H:%M}"
        match rule["type"]:
            case "weekend":
                return (local.weekday() + 1) % 7 in rule["days"]
            case "after_hours":
                if rule["from"] < rule["to"]:
                    return bool(rule["from"] <= clock < rule["to"])
                return bool(clock >= rule["from"] or clock < rule["to"])
            case "holiday":
                return local.date().isoformat() in rule["dates"]
            case "season":
                day = f"{local:%m-%d}"
                if rule["from"] <= rule["to"]:
                    return bool(rule["from"] <= day <= rule["to"])
                return bool(day >= rule["from"] or day <= rule["to"])
            case _:
                notice = Fraction((self.starts_at - self.booked_at) // timedelta(microseconds=1), 3_600_000_000)
                return notice <= number(rule["within_hours"])

    def plain(self, rule: Json) -> Fraction:  # noqa: C901, PLR0911, PLR0912 - one branch a row of the page's table
        job = self.job
        match rule["type"]:
            case "stairs":
                free = rule.get("free_flights", 0)
                flights: int = sum(max(0, end.get("flights", 0) - free) for end in ends(job) if not end.get("elevator"))
                return number(rule["amount"]) * (flights if rule.get("per_flight") else min(1, flights))
            case "long_carry":
                over = [number(end.get("carry_ft", 0)) - number(rule.get("free_ft", 0)) for end in ends(job)]
                started = sum(math.ceil(max(Fraction(0), feet) / number(rule["per_ft"])) for feet in over)
                return number(rule["amount"]) * started
            case "elevator":
                return number(rule["amount"]) * sum(1 for end in ends(job) if end.get("elevator"))
            case "shuttle":
                return number(rule["amount"]) * sum(1 for end in ends(job) if not end.get("full_truck_access", True))
            case "item":
                held: int = sum(
                    piece["quantity"]
                    for piece in job.get("inventory", [])
                    if piece["code"] in rule.get("codes", ()) or rule.get("category") in piece["categories"]
                )
                return number(rule["amount"]) * (held if rule.get("per_item") else min(1, held))
            case "distance":
                return by_bands(rule["bands"], self.miles, "up_to_miles", "per_mile")
            case "volume":
                return by_bands(rule["bands"], number(job.get("volume_cuft", 0)), "up_to_cuft", "per_cuft")
            case "weight":
                return by_weight(rule["bands"], self.pounds)
            case "fuel":
                if "fuel_index_price" not in job:
                    raise NoPrice
                above = number(job["fuel_index_price"]) - number(rule.get("base_price", "2.50"))
                return max(Fraction(0), fuel_factor(self.pounds) * self.miles * above * 100)
            case "packing":
                asked = job.get("packing", {})
                if "hourly" in rule:
                    return number(rule["hourly"]) * number(asked.get("hours", 0))
                return number(rule["amount_per_carton"]) * number(asked.get("cartons", 0))
            case "valuation":
                chosen = job.get("valuation")
                if chosen is None or chosen["kind"] != rule["kind"]:
                    return Fraction(0)
                if number(chosen.get("deductible", 0)) != number(rule.get("deductible", 0)):
                    return Fraction(0)
                return number(rule["rate_per_1000"]) * number(chosen["declared_value"]) / 1000
            case "custom":
                return number(rule["amount"]) if rule["code"] in job.get("codes", []) else Fraction(0)
            case unknown:
                raise AssertionError(unknown)

    def discounts(self) -> None:
        for index, rule in enumerate(self.config["surcharge_rules"]):
            if rule["type"] != "discount" or rule["code"] not in self.job.get("codes", []):
                continue
            valid = rule.get("valid")
            if valid and not date.fromisoformat(valid["from"]) <= self.booked_on <= date.fromisoformat(valid["to"]):
                continue
            if "max_uses" in rule and self.job.get("discount_uses", {}).get(rule["code"], 0) >= rule["max_uses"]:
                continue
            left = self.sum()
            if "percent" in rule:
                off = cents(number(rule["percent"]) / 100 * dollars(left))
            else:
                off = cents(number(rule["amount"]))
            self.add("discount", -min(off, left), index)


def reference(config: Json, job: Json, now: datetime) -> list[ReferenceLine]:
    """Raises: NoPrice."""
    return Reading(config, job, now).read()
