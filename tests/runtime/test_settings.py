"""What settings are refused before the program starts."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.runtime.settings import Environment, Settings

pytestmark = pytest.mark.unit

OWN = {"token_key": "k" * 32, "pepper": "p" * 32, "sealing_key": "s" * 32}
EXAMPLE = "an-Example-that-production-refuses-to-start-with"


GOOD: dict[str, Any] = {"auth": OWN, "http": {"public_url": "https://movehub.example", "hosts": ("movehub.example",)}}


def _with(group: str, **changes: Any) -> dict[str, Any]:
    return GOOD | {group: GOOD.get(group, {}) | changes}


REFUSED_IN_PRODUCTION: dict[str, tuple[dict[str, Any], str]] = {
    "example token key": (_with("auth", token_key=EXAMPLE), "secrets"),
    "example previous token key": (_with("auth", previous_token_key=EXAMPLE), "secrets"),
    "example pepper": (_with("auth", pepper=EXAMPLE), "secrets"),
    "example sealing key": (_with("auth", sealing_key=EXAMPLE), "secrets"),
    "example previous sealing key": (_with("auth", previous_sealing_key=EXAMPLE), "secrets"),
    "pepper is the token key": (_with("auth", pepper=OWN["token_key"]), "different secrets"),
    "previous token key is the pepper": (_with("auth", previous_token_key=OWN["pepper"]), "different secrets"),
    "sealing key is the pepper": (_with("auth", sealing_key=OWN["pepper"]), "different secrets"),
    "sealing keys alike": (_with("auth", previous_sealing_key=OWN["sealing_key"]), "different secrets"),
    "staff without a second factor": (_with("auth", second_factor_exempt=("@movehub.example",)), "second factor"),
    "debug": (GOOD | {"debug": True}, "DEBUG"),
    "debug log": (_with("telemetry", log_level="debug"), "DEBUG"),
    "cookies over http": (_with("http", public_url="http://movehub.example"), "PUBLIC_URL begins with https"),
    "the default address": (GOOD | {"http": {"hosts": ("movehub.example",)}}, "PUBLIC_URL begins with https"),
    "any host": (_with("http", hosts=()), "HTTP__HOSTS"),
    "limits lifted": (_with("limits", factor=20), "LIMITS__FACTOR is 1"),
    "an origin over http": (_with("http", cors_origins=("http://app.example",)), "CORS_ORIGINS begin with https"),
}
REFUSED_ANYWHERE: dict[str, tuple[dict[str, Any], str]] = {
    "short token key": (_with("auth", token_key="k" * 31), "at least 32"),
    "short pepper": (_with("auth", pepper="p" * 31), "at least 32"),
    "short sealing key": (_with("auth", sealing_key="s" * 31), "at least 32"),
    "short previous key": (_with("auth", previous_token_key="o" * 31), "at least 32"),
    "no keys": ({"http": GOOD["http"]}, "required"),
    "every origin": (_with("http", cors_origins=("*",)), "is refused"),
    "every proxy": (_with("http", trusted_proxies=("*",)), "is refused"),
    "every address of IPv4": (_with("http", trusted_proxies=("10.0.0.1", "0.0.0.0/0")), "is refused"),
    "every address of IPv6": (_with("http", trusted_proxies=("::/0",)), "is refused"),
    "an access token of an hour": (_with("auth", access_minutes=60), "less than or equal to 15"),
    "an unknown setting": (_with("http", cookie_secure=False), "not permitted"),
    "no such environment": (GOOD | {"environment": "staging"}, "development"),
}


@pytest.mark.parametrize(("given", "told"), REFUSED_IN_PRODUCTION.values(), ids=REFUSED_IN_PRODUCTION)
def test_production_is_not_started_with(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings(environment=Environment.PRODUCTION, **given)
    assert Settings(environment=Environment.DEVELOPMENT, **given)


@pytest.mark.parametrize(("given", "told"), REFUSED_ANYWHERE.values(), ids=REFUSED_ANYWHERE)
def test_nothing_is_started_with(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings(**({"environment": Environment.DEVELOPMENT} | given))


def test_production_is_started_with_what_is_its_own() -> None:
    given = _with("auth", previous_token_key="o" * 32)
    assert Settings(environment=Environment.PRODUCTION, **given).is_production
