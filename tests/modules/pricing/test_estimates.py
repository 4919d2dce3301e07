"""Custom items and cartons, in the estimator and over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import httpx
import pytest

from app.modules.pricing.errors import UnknownItem
from app.modules.pricing.rules import CATALOGUE, estimate
from app.modules.pricing.rules.estimator import pack_home, volume_of
from app.modules.pricing.rules.estimator_figures import CARTON_MIX, CARTONS, FIGURES
from app.modules.pricing.rules.rooms import ROOMS
from app.modules.pricing.values import EstimateRequest, HomeSize, ItemCount
from tests.factories.market import CLOVIS, FRESNO

PLACES: Final = {"origin": FRESNO, "destination": CLOVIS}
BOX: Final = {"length_in": "48", "width_in": 36, "height_in": "24"}


@pytest.mark.unit
def test_a_box_of_four_by_three_by_two_feet() -> None:
    assert volume_of(Decimal(48), Decimal(36), Decimal(24)) == 24
    made = estimate(EstimateRequest(items=(ItemCount("custom", 2, volume_cuft=Decimal(24)),)))
    assert (made.volume_cuft, made.weight_lb) == (Decimal(48), Decimal(336))
    assert [(piece.code, piece.categories) for piece in made.inventory] == [("custom", ("custom",))]


@pytest.mark.unit
def test_a_custom_item_without_volume_is_unknown() -> None:
    with pytest.raises(UnknownItem):
        estimate(EstimateRequest(items=(ItemCount("custom", 1),)))


@pytest.mark.unit
def test_cartons_of_a_home_add_up_to_its_usual_number() -> None:
    assert sum(FIGURES[part].value for part in CARTON_MIX.values()) == 100
    for size in HomeSize:
        cartons = estimate(EstimateRequest(home_size=size)).cartons
        assert sum(carton.quantity for carton in cartons) == FIGURES[CARTONS[size]].value
    # 20 cartons: 6, 7, 3, 1, 2, 1 exactly; one alone is of the commonest kind.
    assert [count for _, count in pack_home(20)] == [6, 7, 3, 1, 2, 1]
    assert pack_home(1) == (("carton_medium", 1),)


@pytest.mark.integration
async def test_an_estimate_takes_custom_items_and_tells_cartons(client: httpx.AsyncClient) -> None:
    items = [{"code": "custom", "quantity": 2, "dimensions": BOX}, {"code": "dish_pack", "quantity": 3}]
    answer = await client.post("/v1/estimates", json={**PLACES, "items": items})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["volume_cuft"], told["weight_lb"]) == (66, 462)
    assert told["cartons"] == [{"code": "dish_pack", "quantity": 3}]


@pytest.mark.integration
@pytest.mark.parametrize(
    ("item", "pointer"),
    [
        ({"code": "custom"}, "/items/0/dimensions"),
        ({"code": "sofa_3_seat", "dimensions": BOX}, "/items/0/dimensions"),
        ({"code": "custom", "dimensions": {**BOX, "height_in": 0}}, "/items/0/dimensions/height_in"),
        ({"code": "custom", "dimensions": {**BOX, "height_in": 1201}}, "/items/0/dimensions/height_in"),
    ],
)
async def test_custom_items_need_their_dimensions(
    client: httpx.AsyncClient, item: dict[str, Any], pointer: str
) -> None:
    answer = await client.post("/v1/estimates", json={**PLACES, "items": [item]})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.unit
def test_rooms_name_things_of_the_catalogue() -> None:
    assert {item.code for room in ROOMS.values() for item in room.items} <= set(CATALOGUE)
    # A washer and a dryer of 25 each, an ironing board of 4.
    assert ROOMS["laundry"].volume_cuft == 54


@pytest.mark.integration
async def test_a_room_is_a_list_to_estimate(client: httpx.AsyncClient) -> None:
    rooms = (await client.get("/v1/room-templates")).json()["items"]
    for room in rooms:
        answer = await client.post("/v1/estimates", json={**PLACES, "items": room["items"]})
        assert answer.status_code == 200, answer.text
        assert answer.json()["volume_cuft"] == room["volume_cuft"]
