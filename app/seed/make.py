"""What one company is, drawn from its own random numbers: bodies as a client would send them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.seed.world import (
    COMPANY_NAMES,
    EXTRAS,
    FAMILY_NAMES,
    GIVEN_NAMES,
    INSURERS,
    OFFICES,
    STREETS,
    TRUCKS,
    City,
    Household,
    TruckSize,
)

FICTIONAL_NUMBERS: Final = 100
POUNDS_PER_CUFT: Final = Decimal("5.2")
QUARTER_HOUR: Final = Decimal("0.25")


@dataclass(frozen=True, slots=True)
class Sketch:
    """A company before it exists. Its place in the list decides its city and name, its chance the rest."""

    place: int
    chance: Random

    @property
    def city(self) -> City:
        return OFFICES[self.place % len(OFFICES)]

    @property
    def name(self) -> str:
        return COMPANY_NAMES[self.place % len(COMPANY_NAMES)]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.city.zone)

    def happens(self, share: float) -> bool:
        """True in `share` of all cases, from 0 to 1."""
        return self.chance.random() < share

    def person(self) -> str:
        return f"{self.chance.choice(GIVEN_NAMES)} {self.chance.choice(FAMILY_NAMES)}"

    def phone(self) -> str:
        return f"+1{self.city.area_code}555{100 + self.chance.randrange(FICTIONAL_NUMBERS):04d}"

    def office(self) -> dict[str, Any]:
        return self._address(self.city.name, self.chance.choice(self.city.postal_codes))

    def home(self) -> dict[str, Any]:
        """In the city three times of four, else near it; with stairs or an elevator as homes have."""
        chance, city = self.chance, self.city
        town, code = city.name, chance.choice(city.postal_codes)
        if self.happens(0.25):
            town, code = chance.choice(city.around)
        access = {
            "stairs_flights": chance.choice([0, 0, 0, 1, 1, 2, 3]),
            "has_elevator": self.happens(0.2),
            "long_carry_ft": chance.choice([0, 0, 30, 60, 120]),
        }
        return self._address(town, code) | {"access": access}

    def _address(self, town: str, postal_code: str) -> dict[str, Any]:
        line = f"{self.chance.randrange(10, 2400)} {self.chance.choice(STREETS)}"
        return {"line1": line, "city": town, "state": self.city.state, "postal_code": postal_code}

    def fleet(self) -> list[TruckSize]:
        """Two to six trucks, the first one large: the demo's company has five."""
        more = 4 if self.place == 0 else self.chance.choice([1, 1, 2, 2, 3, 4, 5])
        return [TRUCKS[-1], *self.chance.choices(TRUCKS, k=more)]

    def truck(self, number: int, size: TruckSize, base: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": f"{size.name} box truck {number}",
            "license_plate": f"MH{self.place:02d}{number:03d}",
            "capacity_cuft": size.capacity_cuft,
            "max_weight_lb": size.max_weight_lb,
            "base": base,
        }

    def driver(self, number: int, today: datetime) -> dict[str, Any]:
        """A driver whose licence is good for more than a year after `today`."""
        expires = (today + timedelta(days=self.chance.randrange(400, 1_500))).date()
        return {
            "full_name": self.person(),
            "phone": self.phone(),
            "role": "driver",
            "license_number": f"D{self.place:02d}{number:04d}",
            "license_class": self.chance.choice("BC"),
            "license_expires_on": expires.isoformat(),
        }

    def helper(self) -> dict[str, Any]:
        return {"full_name": self.person(), "phone": self.phone(), "role": "helper"}

    def policies(self, founded: datetime, today: datetime) -> list[dict[str, Any]]:
        """In force since before the company came, and for more than half a year after `today`."""
        starts = (founded - timedelta(days=self.chance.randrange(20, 200))).date()
        ends = (today + timedelta(days=self.chance.randrange(220, 700))).date()
        return [
            {
                "kind": kind,
                "insurer": self.chance.choice(INSURERS),
                "policy_number": f"{kind[:2].upper()}-{self.place:02d}{self.chance.randrange(10_000):04d}",
                "coverage": {"amount": amount, "currency": "USD"},
                "effective_on": starts.isoformat(),
                "expires_on": ends.isoformat(),
            }
            for kind, amount in (("cargo", "100000.00"), ("liability", "750000.00"))
        ]

    def prices(self, today: datetime) -> dict[str, Any]:
        chance = self.chance
        config: dict[str, Any] = {
            "base_hourly_rate": f"{chance.randrange(129, 230, 5)}.00",
            "extra_mover_hourly_rate": f"{chance.randrange(40, 66, 5)}.00",
            "base_mileage_rate": chance.choice(["1.75", "2.25", "2.50", "2.95"]),
            "minimum_charge": f"{chance.randrange(25, 46, 5)}0.00",
            "minimum_hours": chance.choice(["2", "3"]),
            "travel": "none",
            "surcharge_rules": [*self._usual_rules(), *self._further_rules(today.year)],
        }
        if self.happens(0.4):
            bands = [{"up_to_miles": "15", "per_mile": "1.25"}, {"up_to_miles": "60", "per_mile": "2.10"}]
            config["surcharge_rules"].append({"type": "distance", "bands": [*bands, {"per_mile": "2.80"}]})
            config["base_mileage_rate"] = "0.00"
        if self.happens(0.5):
            config["deposit"] = {"percent": chance.choice(["10", "15", "20"])}
        return config

    def _usual_rules(self) -> list[dict[str, Any]]:
        chance = self.chance
        stairs, weekend = chance.choice(["40.00", "50.00", "65.00"]), chance.choice(["1.10", "1.15", "1.20", "1.25"])
        return [
            {"type": "stairs", "amount": stairs, "per_flight": True},
            {"type": "weekend", "multiplier": weekend, "days": [0, 6]},
            {"type": "item", "category": "piano", "amount": chance.choice(["150.00", "200.00", "250.00"])}
            | {"per_item": True},
            {"type": "packing", "amount_per_carton": "6.50"},
            {"type": "valuation", "kind": "full", "rate_per_1000": "9.50", "deductible": "250.00"},
            {"type": "discount", "code": "WELCOME", "percent": "5", "max_uses": 100},
        ]

    def _further_rules(self, year: int) -> list[dict[str, Any]]:
        holidays = [f"{one}-{day}" for one in (year, year + 1) for day in ("01-01", "07-04", "12-24", "12-25", "12-31")]
        choices: tuple[tuple[float, dict[str, Any]], ...] = (
            (0.6, {"type": "long_carry", "amount": "25.00", "per_ft": 50, "free_ft": 75}),
            (0.5, {"type": "season", "from": "05-15", "to": "09-15", "multiplier": "1.15"}),
            (0.3, {"type": "holiday", "dates": holidays, "multiplier": "1.50"}),
            (0.3, {"type": "after_hours", "from": "18:00", "to": "06:00", "multiplier": "1.20"}),
        )
        return [rule for share, rule in choices if self.happens(share)]

    def load(self, household: Household) -> dict[str, Any]:
        """A dispatcher's estimate: as the household has it, give or take a seventh."""
        cuft = household.cuft * self.chance.randrange(86, 115) // 100
        hours = household.hours + QUARTER_HOUR * self.chance.randrange(-2, 4)
        return {
            "volume_cuft": cuft,
            "weight_lb": int(cuft * POUNDS_PER_CUFT),
            "crew_size": household.crew,
            "duration_hours": str(hours),
        }

    def contact(self) -> dict[str, Any]:
        name = self.person()
        mail = f"{name.lower().replace(' ', '.')}@example.com"
        return {"full_name": name, "phone": self.phone(), "email": mail if self.happens(0.8) else None}

    def worked(self, estimated_hours: str) -> dict[str, Any]:
        """What it came to on the day."""
        hours = max(
            Decimal(2), Decimal(estimated_hours) + QUARTER_HOUR * self.chance.choice([-2, -1, 0, 0, 0, 1, 2, 4])
        )
        extras = []
        if self.happens(0.2):
            code, description, amount = self.chance.choice(EXTRAS)
            extras.append({"code": code, "description": description, "amount": {"amount": amount, "currency": "USD"}})
        return {"actual_hours": str(hours), "extras": extras}
