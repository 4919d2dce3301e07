"""The load of a search by companies' own figures is what an estimate for each of them says, and made once for alike."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Final

import pytest

from app.modules.pricing.rules.catalogue import CATALOGUE
from app.modules.pricing.rules.estimator_figures import FIGURES, VOLUMES, Figure
from app.modules.pricing.rules.learning import Learned, SizeClass, SizeRatio
from app.modules.pricing.rules.own import Own
from app.modules.pricing.rules.own_figures import with_told
from app.modules.pricing.service import loads
from app.modules.pricing.service.loads import OwnLoads, load_of
from app.modules.pricing.values import EstimateRequest, HomeSize, ItemCount

pytestmark = pytest.mark.unit

SOFA: Final = "sofa_3_seat"
LARGER: Final = {SOFA: CATALOGUE[SOFA]._replace(volume_cuft=Decimal(83))}
UNLISTED: Final = {"piano_upright": CATALOGUE["piano_upright"]._replace(volume_cuft=Decimal(120))}
SLOW: Final = Learned(
    40,
    {size: SizeRatio(13, Decimal(ratio)) for size, ratio in zip(SizeClass, ("1.1", "1.25", "1.4"), strict=True)},
    Decimal("1.6"),
)
BASES: Final = [
    FIGURES,
    *(
        with_told({code: Decimal(value)})
        for code, value in (
            (Figure.HOURS_STEP, "0.5"),
            (Figure.P90_RATIO, "1.7"),
            (Figure.LOOSE_ITEM, "45"),
            (Figure.CREW_OF_TWO, "4"),
            (Figure.LB_PER_CUFT, "9"),
            (Figure.THREE_BEDROOM_VOLUME, "1500"),
            (Figure.THREE_BEDROOM_CARTONS, "110"),
        )
    ),
]
LISTED: Final = EstimateRequest(items=(ItemCount(SOFA, 7), ItemCount("carton_book", 31)))
HOME: Final = EstimateRequest(home_size=HomeSize.THREE_BEDROOM)


@pytest.mark.parametrize("request_", [LISTED, HOME], ids=["listed", "home"])
def test_it_is_what_an_estimate_for_the_company_says(request_: EstimateRequest) -> None:
    by = OwnLoads(load_of(request_))
    for items, learned, base in product(({}, LARGER, UNLISTED), (None, SLOW), BASES):
        own = Own(items, learned, base)
        told, whole = by.by(own), load_of(request_, own)
        if not own.told(request_.home_size) and (request_ is HOME or items is not LARGER):
            # By its pace alone; what it was estimated as stays with it.
            assert (told.hours_p50, told.hours_p90, told.factors) == (whole.hours_p50, whole.hours_p90, whole.factors)
        else:
            assert told == whole


def test_it_is_estimated_once_for_all_that_say_the_same_of_these_things(monkeypatch: pytest.MonkeyPatch) -> None:
    by, made = OwnLoads(load_of(LISTED)), []
    real = loads.load_of

    def counted(request: EstimateRequest, own: Own) -> loads.Load:
        made.append(own)
        return real(request, own)

    monkeypatch.setattr(loads, "load_of", counted)
    faster = {Figure.LOOSE_ITEM: Decimal(20)}
    for learned, items in product((None, SLOW), ({}, UNLISTED)):
        by.by(Own(items, learned, with_told(faster)))
    assert len(made) == 1
    by.by(Own(LARGER, None, with_told(faster)))
    by.by(Own({}, None, with_told({Figure.LOOSE_ITEM: Decimal(21)})))
    assert len(made) == 3
    # What homes hold makes no difference to a list.
    by.by(Own({}, SLOW, with_told({figure: Decimal(60) for figure in VOLUMES.values()})))
    assert len(made) == 3
