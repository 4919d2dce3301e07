"""Members who sign in again: access tokens end after a quarter of an hour, and tests move the clock by days."""

from __future__ import annotations

import httpx

from tests.conftest import PASSWORD, Member


async def signed_in_again(client: httpx.AsyncClient, member: Member) -> dict[str, str]:
    """The member's headers, with a token of this minute."""
    answer = await client.post("/v1/auth/login", json={"email": member.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
