"""What one company is and does, drawn from its own random numbers: bodies as a client would send them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.seed.world import (
    CITIES,
    FAMILY_NAMES,
    FIRST_WORDS,
    GIVEN_NAMES,
    INSURERS,
    JOBS,
    LAST_WORDS,
    STREETS,
    TRUCKS,
    City,
)

FICTIONAL_NUMBERS: Final = 100


@dataclass(frozen=True, slots=True)
class Sketch:
    """A company before it exists. Its place in the list decides its city and name, its chance the rest."""

    place: int
    chance: Random

    @property
    def city(self) -> City:
        return CITIES[self.place % len(CITIES)]

    @property
    def name(self) -> str:
        # 7 and 20 have no common divisor, and each further round through the cities begins three words on.
        round_of_cities = self.place // len(CITIES)
        first = FIRST_WORDS[(self.place * 7 + round_of_cities * 3) % len(FIRST_WORDS)]
        return f"{first} {LAST_WORDS[(self.place + round_of_cities) % len(LAST_WORDS)]}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.city.zone)

    def person(self) -> str:
        return f"{self.chance.choice(GIVEN_NAMES)} {self.chance.choice(FAMILY_NAMES)}"

    def phone(self) -> str:
        return f"+1206555{100 + self.chance.randrange(FICTIONAL_NUMBERS):04d}"

    def address(self) -> dict[str, Any]:
        chance, city = self.chance, self.city
        line = f"{chance.randrange(10, 2400)} {chance.choice(STREETS)}"
        return {"line1": line, "city": city.name, "state": city.state, "postal_code": chance.choice(city.postal_codes)}

    def trucks(self) -> list[dict[str, Any]]:
        base = self.address()
        sizes = [TRUCKS[-1], *self.chance.choices(TRUCKS, k=self.chance.randrange(1, 4))]
        return [
            {
                "name": f"{length} box truck {number}",
                "license_plate": f"MH{self.place:02d}{number:03d}",
                "capacity_cuft": cuft,
                "max_weight_lb": pounds,
                "base": base,
            }
            for number, (length, cuft, pounds) in enumerate(sizes, start=1)
        ]

    def crew(self, trucks: int, today: datetime) -> list[dict[str, Any]]:
        people: list[dict[str, Any]] = []
        for number in range(trucks + 1):
            expires = (today + timedelta(days=self.chance.randrange(500, 1_500))).date()
            licence = {"license_number": f"D{self.place:02d}{number:04d}", "license_class": self.chance.choice("BC")}
            licence["license_expires_on"] = expires.isoformat()
            people.append({"full_name": self.person(), "phone": self.phone(), "role": "driver"} | licence)
        helpers = ({"full_name": self.person(), "phone": self.phone(), "role": "helper"} for _ in range(2 * trucks))
        return [*people, *helpers]

    def policies(self, today: datetime) -> list[dict[str, Any]]:
        starts, ends = (today - timedelta(days=30)).date(), (today + timedelta(days=700)).date()
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

    def prices(self) -> dict[str, Any]:
        chance = self.chance
        rules: list[dict[str, Any]] = [
            {"type": "stairs", "amount": chance.choice(["40.00", "50.00", "65.00"]), "per_flight": True},
            {"type": "weekend", "multiplier": chance.choice(["1.10", "1.15", "1.25"]), "days": [0, 6]},
            {"type": "item", "category": "piano", "amount": chance.choice(["150.00", "200.00"]), "per_item": True},
        ]
        if chance.random() < 0.5:  # noqa: PLR2004 - every other company
            rules.append({"type": "long_carry", "amount": "25.00", "per_ft": 50, "free_ft": 75})
        if chance.random() < 0.5:  # noqa: PLR2004 - every other company
            rules.append({"type": "season", "from": "05-15", "to": "09-15", "multiplier": "1.15"})
        return {
            "base_hourly_rate": f"{chance.randrange(129, 199)}.00",
            "extra_mover_hourly_rate": f"{chance.randrange(40, 65)}.00",
            "base_mileage_rate": chance.choice(["1.75", "2.25", "2.50", "2.95"]),
            "minimum_charge": f"{chance.randrange(20, 36)}0.00",
            "minimum_hours": chance.choice(["2", "3"]),
            "travel": chance.choice(["none", "portal_to_portal"]),
            "surcharge_rules": rules,
        }

    def job(self, starts_at: datetime) -> dict[str, Any]:
        """A booking by hand, without its trucks and people."""
        cuft, crew, hours = self.chance.choice(JOBS)
        name = self.person()
        window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=6)).isoformat()}
        email = f"{name.lower().replace(' ', '.')}@example.com"
        return {
            "window": window,
            "origin": self.address(),
            "destination": self.address(),
            "contact": {"full_name": name, "phone": self.phone(), "email": email},
            "estimate": {"volume_cuft": cuft, "weight_lb": 5 * cuft, "crew_size": crew, "duration_hours": hours},
        }
