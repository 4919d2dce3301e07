"""The things that are moved, with their room in a truck.

Source: the item table of our trade notes (4.13), merged from at least two published lists where there were two and
rounded by us. Pounds are 7 for each cubic foot (arpinri, georgetownmoving, MAX4 item 116), but for the rows that
name a weight: the convention understates books, safes and weights by far, and these should be weighed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

LB_PER_CUFT: Final = Decimal(7)
# "+5 min per piece to take apart" (easydays, unimovers).
TAKE_APART_MINUTES: Final = 5


class Item(NamedTuple):
    """One kind of thing. `weight_lb` is of one piece; special ones need their own crew or gear; see `must_weigh`."""

    code: str
    name: str
    volume_cuft: Decimal
    weight_lb: Decimal
    categories: tuple[str, ...]
    disassembly_minutes: int = 0
    is_special: bool = False
    must_weigh: bool = False


def _item(code: str, name: str, cuft: str, categories: str, *, take_apart: bool = False, lb: str | None = None) -> Item:
    kinds = tuple(categories.split())
    volume = Decimal(cuft)
    return Item(
        code=code,
        name=name,
        volume_cuft=volume,
        weight_lb=volume * LB_PER_CUFT if lb is None else Decimal(lb),
        categories=kinds,
        disassembly_minutes=TAKE_APART_MINUTES if take_apart else 0,
        is_special="special" in kinds,
        must_weigh=lb is not None,
    )


_LIVING_ROOM: Final = (
    _item("sofa_3_seat", "Sofa, 3 seats", "50", "furniture seating"),
    _item("sofa_4_seat", "Sofa, 4 seats", "55", "furniture seating"),
    _item("love_seat", "Love seat", "35", "furniture seating"),
    _item("sectional_piece", "Sectional, per piece", "30", "furniture seating"),
    _item("futon", "Futon", "30", "furniture seating"),
    _item("armchair", "Armchair", "10", "furniture seating"),
    _item("recliner", "Recliner", "25", "furniture seating"),
    _item("rocker", "Rocker", "8", "furniture seating"),
    _item("chaise_longue", "Chaise longue", "25", "furniture seating"),
    _item("ottoman", "Ottoman", "4", "furniture seating"),
    _item("coffee_table", "Coffee table", "12", "furniture"),
    _item("end_table", "End table", "5", "furniture"),
    _item("console_table", "Console table", "18", "furniture"),
    _item("bookcase_large", "Bookcase, large", "20", "furniture"),
    _item("bookcase_small", "Bookcase, small", "10", "furniture"),
    _item("tv_stand", "TV stand", "15", "furniture"),
    _item("entertainment_centre", "Entertainment centre", "40", "furniture bulky", take_apart=True),
    _item("tv_small", "TV to 48 in", "5", "electronics fragile"),
    _item("tv_medium", "TV 50-60 in", "15", "electronics fragile"),
    _item("tv_large", "TV over 60 in", "20", "electronics fragile"),
    _item("floor_lamp", "Floor lamp", "4", "decor fragile"),
    _item("table_lamp", "Table lamp", "3", "decor fragile"),
    _item("rug_large", "Rug, large", "10", "decor"),
    _item("rug_small", "Rug, small", "3", "decor"),
    _item("mirror_large", "Mirror, large", "10", "decor fragile"),
    _item("picture_large", "Picture, large", "3", "decor fragile"),
    _item("grandfather_clock", "Grandfather clock", "18", "furniture antique fragile"),
    _item("plant_large", "Plant, large", "7", "decor fragile"),
)
_DINING_AND_KITCHEN: Final = (
    _item("dining_table", "Dining table", "30", "furniture", take_apart=True),
    _item("dining_chair", "Dining chair", "5", "furniture seating"),
    _item("buffet", "Buffet or sideboard", "30", "furniture"),
    _item("china_cabinet", "China cabinet", "30", "furniture fragile"),
    _item("curio_cabinet", "Curio cabinet", "18", "furniture fragile"),
    _item("bakers_rack", "Baker's rack", "15", "furniture"),
    _item("bar_stool", "Bar stool", "5", "furniture seating"),
    _item("kitchen_table", "Kitchen table", "20", "furniture"),
    _item("kitchen_chair", "Kitchen chair", "5", "furniture seating"),
    _item("refrigerator_small", "Refrigerator, small", "32", "appliance bulky"),
    _item("refrigerator_medium", "Refrigerator, medium", "45", "appliance bulky"),
    _item("refrigerator_large", "Refrigerator, large", "60", "appliance bulky"),
    _item("mini_fridge", "Mini fridge", "12", "appliance"),
    _item("freezer_chest", "Freezer, chest", "22", "appliance bulky"),
    _item("range", "Range or stove", "28", "appliance bulky"),
    _item("dishwasher", "Dishwasher", "20", "appliance"),
    _item("microwave", "Microwave", "5", "appliance"),
    _item("washer", "Washer", "25", "appliance bulky"),
    _item("dryer", "Dryer", "25", "appliance bulky"),
)
_BEDROOM: Final = (
    _item("bed_king", "King bed, complete", "70", "furniture bed", take_apart=True),
    _item("bed_queen", "Queen bed, complete", "62", "furniture bed", take_apart=True),
    _item("bed_double", "Double bed, complete", "52", "furniture bed", take_apart=True),
    _item("bed_twin", "Twin bed, complete", "40", "furniture bed", take_apart=True),
    _item("bunk_bed", "Bunk bed", "68", "furniture bed", take_apart=True),
    _item("crib", "Crib", "10", "furniture bed", take_apart=True),
    _item("dresser_single", "Dresser, single", "27", "furniture"),
    _item("dresser_double", "Dresser, double", "38", "furniture"),
    _item("dresser_triple", "Dresser, triple", "50", "furniture"),
    _item("chest_of_drawers", "Chest of drawers", "28", "furniture"),
    _item("night_stand", "Night stand", "5", "furniture"),
    _item("armoire", "Armoire or wardrobe", "40", "furniture bulky"),
    _item("vanity", "Vanity", "20", "furniture"),
    _item("cedar_chest", "Cedar chest", "10", "furniture"),
    _item("ironing_board", "Ironing board", "4", "household"),
    _item("suitcase_large", "Suitcase, large", "7", "household"),
    _item("vacuum", "Vacuum", "4", "household"),
)
_OFFICE: Final = (
    _item("desk_large", "Desk, large", "30", "furniture office", take_apart=True),
    _item("desk_medium", "Desk, medium", "22", "furniture office"),
    _item("desk_small", "Desk, small", "18", "furniture office"),
    _item("office_chair", "Office chair", "9", "furniture office"),
    _item("file_cabinet_2_drawer", "File cabinet, 2 drawers", "5", "furniture office"),
    _item("file_cabinet_4_drawer", "File cabinet, 4 drawers", "18", "furniture office"),
    _item("computer_and_monitor", "Computer and monitor", "8", "electronics fragile office"),
    _item("printer", "Printer", "4", "electronics office"),
    _item("shredder", "Shredder", "4", "electronics office"),
)
_SPORT_AND_MUSIC: Final = (
    _item("treadmill", "Treadmill", "30", "exercise bulky", take_apart=True),
    _item("elliptical", "Elliptical", "35", "exercise bulky", take_apart=True),
    _item("exercise_bike", "Exercise bike", "30", "exercise"),
    _item("weights_set", "Weights, set", "10", "exercise heavy", lb="200"),
    _item("pool_table", "Pool table", "100", "bulky heavy special", take_apart=True),
    _item("ping_pong_table", "Ping-pong table", "60", "bulky", take_apart=True),
    _item("gun_safe_small", "Gun safe, small", "20", "safe bulky heavy special", lb="300"),
    _item("gun_safe_large", "Gun safe, large", "70", "safe bulky heavy special", lb="750"),
    _item("piano_upright", "Piano, upright", "60", "piano bulky heavy special"),
    _item("piano_baby_grand", "Piano, baby grand", "70", "piano bulky heavy special"),
    _item("piano_grand", "Piano, grand", "80", "piano bulky heavy special"),
    _item("piano_digital", "Digital piano", "40", "music"),
    _item("drum_set", "Drum set", "35", "music", take_apart=True),
)
_OUTDOORS: Final = (
    _item("grill", "Grill", "10", "outdoor"),
    _item("patio_table", "Patio table", "15", "outdoor"),
    _item("patio_chair", "Patio chair", "5", "outdoor"),
    _item("picnic_table", "Picnic table", "25", "outdoor"),
    _item("lawn_mower_push", "Lawn mower, push", "15", "outdoor"),
    _item("lawn_mower_riding", "Riding mower", "60", "outdoor bulky heavy"),
    _item("snow_blower", "Snow blower", "25", "outdoor"),
    _item("bicycle", "Bicycle", "8", "outdoor"),
    _item("ladder", "Ladder", "10", "outdoor"),
    _item("tool_chest", "Tool chest", "12", "outdoor"),
    _item("work_bench", "Work bench", "22", "outdoor"),
    _item("swing_set", "Swing set", "40", "outdoor bulky", take_apart=True),
    _item("trampoline", "Trampoline", "35", "outdoor bulky", take_apart=True),
    _item("wheelbarrow", "Wheelbarrow", "10", "outdoor"),
)
_CARTONS: Final = (
    # Books: three quarters of the 50 lb that such a carton may hold (yegedmontonmovers), rounded.
    _item("carton_book", "Carton, 1.5 cubic feet (books)", "1.5", "carton", lb="40"),
    _item("carton_medium", "Carton, 3 cubic feet", "3", "carton"),
    _item("carton_large", "Carton, 4.5 cubic feet", "4.5", "carton"),
    _item("carton_extra_large", "Carton, 6 cubic feet", "6", "carton"),
    _item("dish_pack", "Dish pack", "6", "carton fragile"),
    _item("wardrobe_carton", "Wardrobe carton", "15", "carton"),
    _item("mirror_carton", "Mirror carton", "4", "carton fragile"),
    _item("plastic_bin_large", "Plastic bin, large", "6", "carton"),
)

CATALOGUE: Final[Mapping[str, Item]] = MappingProxyType(
    {
        item.code: item
        for room in (
            _LIVING_ROOM,
            _DINING_AND_KITCHEN,
            _BEDROOM,
            _OFFICE,
            _SPORT_AND_MUSIC,
            _OUTDOORS,
            _CARTONS,
        )
        for item in room
    }
)


def find_items(words: str = "", category: str | None = None) -> list[Item]:
    """The items whose name or code holds every word, by name; all of them for no words."""
    wanted = words.lower().split()
    found = (
        item
        for item in CATALOGUE.values()
        if (category is None or category in item.categories)
        and all(word in f"{item.name.lower()} {item.code}" for word in wanted)
    )
    return sorted(found, key=lambda item: (item.name, item.code))
