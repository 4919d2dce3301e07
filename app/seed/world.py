"""Where the demo takes place and what its people are called. All invented; numbers are fictional (555-01xx)."""

from __future__ import annotations

from typing import Final, NamedTuple


class Town(NamedTuple):
    name: str
    postal_code: str


class City(NamedTuple):
    """A city with ZIP codes of its own and, for longer ways, those of its neighbours in the same state."""

    name: str
    state: str
    zone: str
    area_code: str
    postal_codes: tuple[str, ...]
    around: tuple[Town, ...]


class TruckSize(NamedTuple):
    name: str
    capacity_cuft: int
    max_weight_lb: int
    helpers: int


class Household(NamedTuple):
    """What one kind of home comes to: cubic feet, people, hours of loading and unloading."""

    cuft: int
    crew: int
    hours: int
    weight: int


PACIFIC: Final = "America/Los_Angeles"
MOUNTAIN: Final = "America/Denver"
CENTRAL: Final = "America/Chicago"
EASTERN: Final = "America/New_York"

# The first is where the company of the demo accounts has its office.
CITIES: Final = (
    City("Seattle", "WA", PACIFIC, "206", ("98101", "98103", "98109", "98115", "98122"),
         (Town("Bellevue", "98004"), Town("Redmond", "98052"), Town("Tacoma", "98402"))),
    City("Portland", "OR", PACIFIC, "503", ("97201", "97205", "97214"),
         (Town("Beaverton", "97005"), Town("Salem", "97301"))),
    City("San Francisco", "CA", PACIFIC, "415", ("94103", "94110", "94117"),
         (Town("Oakland", "94607"), Town("San Jose", "95112"))),
    City("Los Angeles", "CA", PACIFIC, "213", ("90012", "90026", "90034"),
         (Town("Pasadena", "91101"), Town("Long Beach", "90802"))),
    City("San Diego", "CA", PACIFIC, "619", ("92101", "92103", "92116"),
         (Town("Chula Vista", "91910"), Town("Oceanside", "92054"))),
    City("Phoenix", "AZ", "America/Phoenix", "602", ("85004", "85016", "85013"),
         (Town("Tempe", "85281"), Town("Mesa", "85201"))),
    City("Las Vegas", "NV", PACIFIC, "702", ("89101", "89117", "89104"),
         (Town("Henderson", "89014"), Town("North Las Vegas", "89030"))),
    City("Denver", "CO", MOUNTAIN, "303", ("80202", "80206", "80211"),
         (Town("Boulder", "80302"), Town("Aurora", "80012"))),
    City("Salt Lake City", "UT", MOUNTAIN, "801", ("84101", "84105", "84106"),
         (Town("Provo", "84601"), Town("Ogden", "84401"))),
    City("Austin", "TX", CENTRAL, "512", ("78701", "78704", "78751"),
         (Town("Round Rock", "78664"), Town("San Marcos", "78666"))),
    City("Dallas", "TX", CENTRAL, "214", ("75201", "75214", "75206"),
         (Town("Plano", "75074"), Town("Fort Worth", "76102"))),
    City("Chicago", "IL", CENTRAL, "312", ("60601", "60614", "60622"),
         (Town("Evanston", "60201"), Town("Naperville", "60540"))),
    City("Minneapolis", "MN", CENTRAL, "612", ("55401", "55408", "55414"),
         (Town("Saint Paul", "55102"), Town("Bloomington", "55420"))),
    City("Nashville", "TN", CENTRAL, "615", ("37203", "37206", "37209"),
         (Town("Franklin", "37064"), Town("Murfreesboro", "37130"))),
    City("Atlanta", "GA", EASTERN, "404", ("30303", "30307", "30312"),
         (Town("Decatur", "30030"), Town("Marietta", "30060"))),
    City("Miami", "FL", EASTERN, "305", ("33130", "33133", "33137"),
         (Town("Hialeah", "33010"), Town("Fort Lauderdale", "33301"))),
    City("Raleigh", "NC", EASTERN, "919", ("27601", "27607", "27609"),
         (Town("Durham", "27701"), Town("Cary", "27511"))),
    City("Philadelphia", "PA", EASTERN, "215", ("19103", "19147", "19125"),
         (Town("Norristown", "19401"), Town("Chester", "19013"))),
    City("New York", "NY", EASTERN, "212", ("10003", "10025", "10011"),
         (Town("Brooklyn", "11215"), Town("Yonkers", "10701"))),
    City("Boston", "MA", EASTERN, "617", ("02108", "02130", "02118"),
         (Town("Cambridge", "02139"), Town("Worcester", "01608"))),
)  # fmt: skip
# Two companies in every city, two more in the larger half of them: somebody who searches there can choose.
OFFICES: Final = (*CITIES, *CITIES, *CITIES[:10], *CITIES[:10])

COMPANY_NAMES: Final = (
    "Evergreen & Vance Moving", "Blue Door Movers", "Marmot Moving Co.", "Two Lanterns Relocation", "Palmetto Lift",
    "Copper Kettle Movers", "Dry Creek Hauling", "Timberline Moving Co.", "Beehive Box & Van", "Pecan Street Movers",
    "Long Prairie Moving", "Lakeshore Lift & Load", "North Star Carry", "Steel Guitar Movers", "Peachwood Relocation",
    "Mangrove Moving Co.", "Oak & Acorn Movers", "Brotherly Boxes", "Stoop to Stoop Moving", "Harbor Bell Movers",
    "Rainier Dolly Co.", "Rose Quarter Movers", "Fog Bank Moving", "Canyon Road Van Lines", "Kelp & Anchor Movers",
    "Saguaro Moving Co.", "Lucky Strap Movers", "Mile Up Moving", "Wasatch Careful Movers", "Limestone Lift",
    "Lone Wagon Movers", "Windward Moving Co.", "Birchbark Relocation", "Cumberland Carry", "Dogwood Movers",
    "Coral Key Moving", "Longleaf Van & Storage", "Liberty Hand Truck", "Fifth Floor Walk-Up Movers", "Minuteman Boxes",
    "Orca Alley Moving", "Stumptown Straps", "Golden Tailgate Movers", "Jacaranda Moving Co.", "Sandpiper Lift",
    "Ocotillo Movers", "Neon Mule Moving", "Columbine Carry", "Salt Flat Movers", "Bluebonnet Box Co.",
    "Puget Steady Hands", "Bridgetown Relocation", "Cable & Crate Movers", "Marquee Moving Co.", "Torrey Pine Movers",
    "Roadrunner Lift", "Silver Dice Van Lines", "Aspen Door Movers", "Seagull Street Moving", "Violet Crown Movers",
)  # fmt: skip
GIVEN_NAMES: Final = (
    "Amara", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Imani", "Jonas", "Keiko", "Luis", "Mara",
    "Nadia", "Omar", "Priya", "Quinn", "Rosa", "Samuel", "Tomas", "Uma", "Victor", "Wendy", "Xavier", "Yara", "Zoe",
)  # fmt: skip
FAMILY_NAMES: Final = (
    "Abbott", "Baptiste", "Castillo", "Dawson", "Ellery", "Fontaine", "Greene", "Hale", "Ibarra", "Jensen", "Kimura",
    "Lindqvist", "Moreau", "Novak", "Okafor", "Price", "Quiroga", "Reyes", "Sato", "Turner", "Ueda", "Vance", "Wolfe",
)  # fmt: skip
STREETS: Final = (
    "Alder Street", "Birch Avenue", "Cherry Lane", "Dock Street", "Elm Court", "Fulton Street", "Grove Road",
    "Highland Avenue", "Juniper Way", "Kensington Place", "Linden Street", "Mill Road", "Orchard Street", "Park Avenue",
)  # fmt: skip
INSURERS: Final = ("Cascade Mutual", "Great Lakes Casualty", "Pioneer Transport Insurance", "Tidewater Indemnity")

TRUCKS: Final = (
    TruckSize("16 ft", 800, 4_300, helpers=2),
    TruckSize("20 ft", 1_100, 5_700, helpers=2),
    TruckSize("26 ft", 1_700, 10_000, helpers=3),
)
# A studio, homes of one, two and three bedrooms, a house; weight: how often one of a hundred is that.
HOUSEHOLDS: Final = (
    Household(300, 2, 3, weight=22),
    Household(520, 2, 4, weight=34),
    Household(840, 3, 5, weight=24),
    Household(1_150, 3, 7, weight=13),
    Household(1_450, 4, 8, weight=7),
)
CANCELLATIONS: Final = (
    "The closing was postponed.",
    "Found a friend with a van.",
    "The new landlord backed out.",
    "Moving two weeks later, will call again.",
    "The elevator of the building cannot be reserved that day.",
    "Took a cheaper offer.",
)
EXTRAS: Final = (
    ("packing_materials", "Boxes, paper and tape", "48.00"),
    ("mattress_covers", "Two mattress covers", "24.00"),
    ("parking_permit", "Parking permit of the city", "35.00"),
)
REJECTION: Final = "The certificate of insurance names another company. Please send one in your own name."
SUSPENSION: Final = "Two customers report claims that were never answered. Suspended until we have heard both sides."
