"""A body is read in one way only, whoever reads it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.conftest import PASSWORD, Member
from tests.factories.bookings import new_key

SIGN_IN = "/v1/auth/login"


async def post(client: httpx.AsyncClient, path: str, text: str, headers: dict[str, str] | None = None) -> Any:
    kind = {"Content-Type": "application/json"}
    return await client.post(path, content=text.encode(), headers=kind | (headers or {}))


@pytest.mark.integration
class TestTwice:
    @pytest.mark.parametrize(
        ("text", "pointers"),
        [
            ('{"email": "a@b.example", "password": "x", "email": "a@b.example"}', ["/email"]),
            ('{"email": "a@b.example", "\\u0065mail": "c@d.example"}', ["/email"]),
            (
                '{"email": {"at": 1, "at": 2}, "password": [{"": 1, "": 1}, {"~": 1, "~": 1}]}',
                ["/email/at", "/password/0/", "/password/1/~0"],
            ),
            ('{"a": 1, "a": 2, "a": 3}', ["/a"]),
        ],
    )
    async def test_a_name_that_comes_again_is_told_with_its_place(
        self, client: httpx.AsyncClient, text: str, pointers: list[str]
    ) -> None:
        answer = await post(client, SIGN_IN, text)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
            (pointer, "repeated_field") for pointer in pointers
        ]

    async def test_twenty_places_are_told_at_the_most(self, client: httpx.AsyncClient) -> None:
        text = "{" + ", ".join(f'"{number}": 1, "{number}": 1' for number in range(1_000)) + "}"
        answer = await post(client, SIGN_IN, text)
        assert (answer.status_code, len(answer.json()["errors"])) == (422, 20)

    async def test_the_same_name_in_other_objects_is_no_repetition(self, client: httpx.AsyncClient) -> None:
        answer = await post(client, SIGN_IN, '{"a": {"b": 1}, "b": [{"b": 1}, {"b": 1}]}')
        assert {one["code"] for one in answer.json()["errors"]} == {"required", "unknown_field"}

    async def test_what_is_nested_too_deeply_is_no_json_as_before(self, client: httpx.AsyncClient) -> None:
        for depth in (300, 900, 100_000):
            text = '{"a": 1, "a": ' * depth + "1" + "}" * depth
            answer = await post(client, SIGN_IN, text)
            assert answer.status_code in (400, 413, 422), answer.text

    async def test_nothing_is_written_and_the_key_is_free(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        key, name = new_key(), "Nobody Twice"
        headers = mover_a.headers | key
        said = json.dumps({"full_name": name, "phone": "+14155550177", "role": "helper"})
        twice = said[:-1] + ', "role": "driver"}'
        refused = await post(client, "/v1/drivers", twice, headers)
        taken = await post(client, "/v1/drivers", said, headers)
        assert (refused.status_code, taken.status_code) == (422, 201)
        assert [one["pointer"] for one in refused.json()["errors"]] == ["/role"]
        people = (await client.get("/v1/drivers?limit=100", headers=mover_a.headers)).json()["items"]
        assert [one["role"] for one in people if one["full_name"] == name] == ["helper"]

    async def test_whoever_says_it_once_is_let_in(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        answer = await post(client, SIGN_IN, json.dumps({"email": mover_a.email, "password": PASSWORD}))
        assert answer.status_code == 200


@pytest.mark.integration
async def test_a_number_of_more_digits_than_anybody_means_is_no_json(client: httpx.AsyncClient) -> None:
    answer = await post(client, SIGN_IN, '{"email": ' + "9" * 5_000 + "}")
    assert (answer.status_code, answer.json()["code"]) == (400, "not_json")
