"""What settings are refused before the program starts."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.runtime.settings import Environment, HttpSettings, Settings

pytestmark = pytest.mark.unit

OWN = {"token_key": "k" * 32, "pepper": "p" * 32, "sealing_key": "s" * 32}
EXAMPLE = "an-Example-that-production-refuses-to-start-with"


@pytest.mark.parametrize(
    "changes",
    [
        {"token_key": EXAMPLE},
        {"previous_token_key": EXAMPLE},
        {"pepper": EXAMPLE},
        {"pepper": OWN["token_key"]},
        {"previous_token_key": OWN["pepper"]},
        {"sealing_key": EXAMPLE},
        {"sealing_key": OWN["pepper"]},
        {"previous_sealing_key": OWN["sealing_key"]},
    ],
)
def test_secrets_that_others_know_are_refused_in_production(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="secrets"):
        Settings(environment=Environment.PRODUCTION, auth=OWN | changes)
    assert Settings(environment=Environment.DEVELOPMENT, auth=OWN | changes)


def test_secrets_of_ones_own_are_taken() -> None:
    assert Settings(environment=Environment.PRODUCTION, auth=OWN | {"previous_token_key": "o" * 32}).is_production


@pytest.mark.parametrize(
    "changes",
    [
        {"cors_origins": ("*",)},
        {"trusted_proxies": ("*",)},
        {"trusted_proxies": ("10.0.0.1", "0.0.0.0/0")},
        {"trusted_proxies": ("::/0",)},
    ],
)
def test_everybody_is_no_origin_and_no_proxy(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="is refused"):
        HttpSettings(**changes)
