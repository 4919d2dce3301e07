"""Where the demo takes place and what its people are called. All invented; numbers are fictional (555-01xx)."""

from __future__ import annotations

from typing import Final, NamedTuple


class City(NamedTuple):
    name: str
    state: str
    postal_codes: tuple[str, ...]
    zone: str


PACIFIC, MOUNTAIN, CENTRAL, EASTERN = (
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
)
# The first is where the company of the demo accounts has its office.
CITIES: Final = (
    City("Seattle", "WA", ("98101", "98103", "98109", "98115", "98122"), PACIFIC),
    City("Portland", "OR", ("97201", "97205", "97214"), PACIFIC),
    City("San Francisco", "CA", ("94103", "94110", "94117"), PACIFIC),
    City("Los Angeles", "CA", ("90012", "90026", "90034"), PACIFIC),
    City("San Diego", "CA", ("92101", "92103"), PACIFIC),
    City("Phoenix", "AZ", ("85004", "85016"), "America/Phoenix"),
    City("Las Vegas", "NV", ("89101", "89117"), PACIFIC),
    City("Denver", "CO", ("80202", "80206"), MOUNTAIN),
    City("Salt Lake City", "UT", ("84101", "84105"), MOUNTAIN),
    City("Austin", "TX", ("78701", "78704"), CENTRAL),
    City("Dallas", "TX", ("75201", "75214"), CENTRAL),
    City("Chicago", "IL", ("60601", "60614", "60622"), CENTRAL),
    City("Minneapolis", "MN", ("55401", "55408"), CENTRAL),
    City("Nashville", "TN", ("37203", "37206"), CENTRAL),
    City("Atlanta", "GA", ("30303", "30307"), EASTERN),
    City("Miami", "FL", ("33101", "33133"), EASTERN),
    City("Raleigh", "NC", ("27601", "27607"), EASTERN),
    City("Philadelphia", "PA", ("19103", "19147"), EASTERN),
    City("New York", "NY", ("10003", "10025", "11215"), EASTERN),
    City("Boston", "MA", ("02108", "02130"), EASTERN),
)

FIRST_WORDS: Final = (
    "Evergreen", "Harbor", "Summit", "Blue Door", "Northside", "Cedar", "Steady Hands", "Lantern", "Two Rivers",
    "Copper", "Magnolia", "Granite", "Sunrise", "Old Town", "Juniper", "Beacon", "Red Wagon", "Prairie", "Anchor",
    "Maple",
)  # fmt: skip
LAST_WORDS: Final = ("Moving Co.", "Movers", "Moving & Storage", "Relocation", "Van Lines")
GIVEN_NAMES: Final = (
    "Amara", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Imani", "Jonas", "Keiko", "Luis", "Mara",
    "Nadia", "Omar", "Priya", "Quinn", "Rosa", "Samuel", "Tomas", "Uma", "Victor", "Wendy", "Xavier", "Yara", "Zoe",
)  # fmt: skip
FAMILY_NAMES: Final = (
    "Abbott", "Baptiste", "Castillo", "Dawson", "Ellery", "Fontaine", "Greene", "Hale", "Ibarra", "Jensen", "Kimura",
    "Lindqvist", "Moreau", "Novak", "Okafor", "Price", "Quiroga", "Reyes", "Sato", "Turner", "Ueda", "Vance", "Wolfe",
)  # fmt: skip
STREETS: Final = (
    "Alder Street",
    "Birch Avenue",
    "Cherry Lane",
    "Dock Street",
    "Elm Court",
    "Fulton Street",
    "Grove Road",
)
INSURERS: Final = ("Cascade Mutual", "Great Lakes Casualty", "Pioneer Transport Insurance")
# Name, cubic feet, pounds: box trucks of 16, 20 and 26 feet.
TRUCKS: Final = (("16 ft", 800, 4_300), ("20 ft", 1_100, 5_700), ("26 ft", 1_700, 10_000))
# Cubic feet, crew, hours: a studio to a large house.
JOBS: Final = ((300, 2, "2.5"), (500, 2, "3.5"), (760, 2, "5"), (780, 3, "4.25"))
CANCELLATIONS: Final = ("The closing was postponed.", "Found a friend with a van.", "The new landlord backed out.")
