"""Who plays, where and when: real places, a real inventory, and names that are new in each telling."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

PASSWORD: Final = "a password for the demo"
STAFF: Final = ("staff@movehub.example", "movehub-demo")

# Far from the cities of the demo data, so that the story's company is among the few that answer.
ORIGIN: Final = {
    "line1": "121 North Rouse Avenue",
    "city": "Bozeman",
    "state": "MT",
    "postal_code": "59715",
    "access": {"floor": 1, "stairs_flights": 0, "has_elevator": False},
}
DESTINATION: Final = {
    "line1": "414 East Callender Street",
    "city": "Livingston",
    "state": "MT",
    "postal_code": "59047",
    "access": {"floor": 3, "stairs_flights": 2, "has_elevator": False},
}
ZONE: Final = "America/Denver"
AREA_CODES: Final = ("208", "307", "406", "605", "701", "801")

INVENTORY: Final = (
    ("sofa_3_seat", 1),
    ("recliner", 1),
    ("tv_medium", 1),
    ("bed_queen", 2),
    ("dresser_double", 2),
    ("night_stand", 2),
    ("kitchen_chair", 4),
    ("desk_small", 1),
    ("bicycle", 2),
    ("carton_large", 30),
    ("wardrobe_carton", 4),
)

PRICES: Final = {
    "base_hourly_rate": 150.00,
    "base_mileage_rate": 2.50,
    "minimum_charge": 200.00,
    "surcharge_rules": [
        {"type": "stairs", "amount": 50.00, "per_flight": True},
        {"type": "weekend", "multiplier": 1.25, "days": [0, 6]},
    ],
}
CREW: Final = (("Dana Reyes", "driver"), ("Hugo Lind", "helper"), ("Nia Okafor", "helper"))
SATURDAY: Final = 5


@dataclass(frozen=True)
class Names:
    """What must be new each time."""

    tag: str

    def email(self, who: str) -> str:
        return f"{who}.{self.tag}@example.com"

    @property
    def company(self) -> str:
        return f"Bridger Movers {self.tag}"


def new_names() -> Names:
    return Names(secrets.token_hex(4))


def new_phone() -> str:
    """One of the numbers that are kept for stories."""
    return f"+1{secrets.choice(AREA_CODES)}55501{secrets.randbelow(100):02d}"


def today() -> datetime:
    return datetime.now(UTC)


def moving_day() -> str:
    """Nine in the morning of a Saturday, three to four weeks ahead; the wall time at the pickup."""
    day = today().date() + timedelta(days=21)
    day += timedelta(days=(SATURDAY - day.weekday()) % 7)
    return f"{day}T09:00:00"


def registration(email: str, full_name: str, company: str) -> dict[str, Any]:
    return {
        "email": email,
        "password": PASSWORD,
        "full_name": full_name,
        "organization": {
            "name": company,
            "phone": "+14065550134",
            "timezone": ZONE,
            "usdot_number": "1234567",
            "address": {name: value for name, value in ORIGIN.items() if name != "access"},
        },
    }


def truck() -> dict[str, Any]:
    base = {name: value for name, value in ORIGIN.items() if name != "access"}
    return {
        "name": "Big Sky",
        "license_plate": "6 1204A",
        "capacity_cuft": 1600,
        "max_weight_lb": 10_000,
        "base": base,
    }


def crew_member(full_name: str, role: str) -> dict[str, Any]:
    licence = {
        "license_number": "D1234567",
        "license_class": "C",
        "license_expires_on": str((today() + timedelta(days=900)).date()),
    }
    return {"full_name": full_name, "phone": "+14065550135", "role": role} | (licence if role == "driver" else {})


def insurance() -> dict[str, Any]:
    return {
        "kind": "cargo",
        "insurer": "Gallatin Mutual",
        "policy_number": "GM-204881",
        "coverage": {"amount": "750000.00", "currency": "USD"},
        "effective_on": str((today() - timedelta(days=30)).date()),
        "expires_on": str((today() + timedelta(days=335)).date()),
    }
