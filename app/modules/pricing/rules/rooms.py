"""What usually stands in a room: lists to begin an inventory with, which people then correct. Our own choice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from app.modules.pricing.rules.catalogue import CATALOGUE
from app.modules.pricing.values import ZERO, ItemCount


class Room(NamedTuple):
    """A room's usual things, by their codes in the catalogue."""

    code: str
    name: str
    items: tuple[ItemCount, ...]

    @property
    def volume_cuft(self) -> Decimal:
        return sum((CATALOGUE[item.code].volume_cuft * item.quantity for item in self.items), ZERO)


def _room(code: str, name: str, **counts: int) -> Room:
    return Room(code, name, tuple(ItemCount(item, count) for item, count in counts.items()))


_ALL: Final = (
    _room(
        "living_room",
        "Living room",
        sofa_3_seat=1,
        armchair=1,
        coffee_table=1,
        end_table=2,
        tv_stand=1,
        tv_medium=1,
        bookcase_small=1,
        floor_lamp=1,
        rug_large=1,
        picture_large=2,
        carton_medium=5,
    ),
    _room("dining_room", "Dining room", dining_table=1, dining_chair=4, buffet=1, dish_pack=2),
    _room(
        "kitchen", "Kitchen", kitchen_table=1, kitchen_chair=2, microwave=1, dish_pack=3, carton_medium=5, carton_book=2
    ),
    _room("main_bedroom", "Main bedroom", bed_queen=1, night_stand=2, dresser_double=1, wardrobe_carton=3),
    _room("bedroom", "Bedroom", bed_double=1, night_stand=1, chest_of_drawers=1, wardrobe_carton=1, carton_medium=4),
    _room(
        "office",
        "Office",
        desk_medium=1,
        office_chair=1,
        bookcase_large=1,
        computer_and_monitor=1,
        printer=1,
        carton_book=6,
    ),
    _room("laundry", "Laundry", washer=1, dryer=1, ironing_board=1),
    _room("garage", "Garage", tool_chest=1, ladder=1, bicycle=2, lawn_mower_push=1, plastic_bin_large=4),
)
ROOMS: Final[Mapping[str, Room]] = MappingProxyType({room.code: room for room in _ALL})
