"""A key is changed with an overlap: what the previous one signed is still read, and nothing new is signed with it."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from app import registry
from app.kernel.signing import BadToken, Signer
from app.main import assemble, build_signer
from app.runtime.auth.tokens import Tokens
from app.runtime.resources import Resources
from app.runtime.web.service import Readiness
from tests.conftest import Logins, Member

NEW = "the key that comes after, long enough for HMAC"
OLD_KEY, NEW_KEY, OTHER_KEY = b"o" * 32, b"n" * 32, b"x" * 32


@pytest.mark.unit
class TestSigner:
    def test_a_token_of_the_previous_key_is_read_and_a_new_one_is_not_the_previous_keys(self):
        before, after = Signer(OLD_KEY), Signer(NEW_KEY, OLD_KEY)
        assert after.read("p", before.sign("p", {"a": 1})) == {"a": 1}
        with pytest.raises(BadToken):
            before.read("p", after.sign("p", {"a": 1}))
        assert list(after.derivations("p", b"x")) == [Signer(NEW_KEY).derive("p", b"x"), before.derive("p", b"x")]
        assert after.derive("p", b"x") == Signer(NEW_KEY).derive("p", b"x")

    def test_a_key_that_is_gone_opens_nothing(self):
        with pytest.raises(BadToken):
            Signer(NEW_KEY, OTHER_KEY).read("p", Signer(OLD_KEY).sign("p", {"a": 1}))

    def test_a_short_previous_key_is_refused(self):
        with pytest.raises(ValueError, match="32"):
            Signer(NEW_KEY, b"short")


def with_key(resources: Resources, key: str, previous: str | None) -> Resources:
    auth = resources.settings.auth.model_copy(
        update={"token_key": SecretStr(key), "previous_token_key": previous and SecretStr(previous)}
    )
    settings = resources.settings.model_copy(update={"auth": auth})
    return replace(resources, settings=settings, tokens=Tokens(auth), signer=build_signer(auth))


@pytest.mark.integration
async def test_whoever_is_signed_in_stays_so_over_a_change_of_the_key_and_not_beyond_the_overlap(
    client: httpx.AsyncClient, mover_a: Member, resources: Resources, logins: Logins
):
    sign_in = {"email": mover_a.email, "password": "correct horse battery"}
    told = (await client.post("/v1/auth/login", json=sign_in)).json()
    bearer = {"Authorization": f"Bearer {told['access_token']}"}
    old = resources.settings.auth.token_key.get_secret_value()

    def process(key: str, previous: str | None) -> httpx.AsyncClient:
        app = assemble(with_key(resources, key, previous), Readiness(logins.app, registry.schema_revision()))
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")

    async with process(NEW, old) as overlap, process(NEW, None) as beyond:
        assert (await overlap.get("/v1/auth/me", headers=bearer)).status_code == 200
        assert (await beyond.get("/v1/auth/me", headers=bearer)).status_code == 401
        body = {"refresh_token": told["refresh_token"]}
        assert (await beyond.post("/v1/auth/refresh", json=body)).json()["code"] == "refresh_refused"
        fresh = await overlap.post("/v1/auth/refresh", json=body)
        assert fresh.status_code == 200
        new_bearer = {"Authorization": f"Bearer {fresh.json()['access_token']}"}
        assert (await beyond.get("/v1/auth/me", headers=new_bearer)).status_code == 200
        assert (await client.get("/v1/auth/me", headers=new_bearer)).status_code == 401, "of a key not known yet"
