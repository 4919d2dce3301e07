from decimal import Decimal

import pytest

from app.kernel.places import PlaceIn
from app.modules.market.schemas import ToldEstimate
from app.modules.pricing.rules import estimate
from app.modules.pricing.schemas import LoadIn, estimate_out, estimate_request
from app.modules.pricing.values import HomeSize

pytestmark = pytest.mark.unit

HOME = PlaceIn(line1="1 Main Street", city="Bozeman", state="MT", postal_code="59715")


class TestToldEstimate:
    @pytest.mark.parametrize("home_size", list(HomeSize))
    def test_an_estimate_can_be_sent_back_as_it_came(self, home_size: HomeSize) -> None:
        made = estimate(estimate_request(LoadIn(home_size=home_size), HOME, HOME))
        told = estimate_out(made, Decimal(10)).model_dump_json()
        assert ToldEstimate.model_validate_json(told).duration_hours.p90 == made.duration_hours.p90
