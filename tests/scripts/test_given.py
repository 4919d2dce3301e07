"""A Redis that the caller names: asked before anything is built on it."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest
from movehub_local.failure import CannotContinue
from movehub_local.given import refuse_dead_redis
from movehub_local.services import free_port

pytestmark = pytest.mark.integration


def test_one_that_answers_is_taken() -> None:
    refuse_dead_redis(os.environ["REDIS_URL"])


def test_one_that_does_not_answer_is_told() -> None:
    port = free_port()
    with pytest.raises(CannotContinue, match=f"No Redis answers at 127.0.0.1:{port}: start it"):
        refuse_dead_redis(f"redis://127.0.0.1:{port}/0")


def test_one_that_does_not_let_us_in_is_told() -> None:
    parts = urlsplit(os.environ["REDIS_URL"])
    assert parts.password, "the tests' own Redis has one"
    with pytest.raises(CannotContinue, match="does not let us in .*WRONGPASS"):
        refuse_dead_redis(f"redis://default:another@{parts.hostname}:{parts.port}/0")
    with pytest.raises(CannotContinue, match="does not let us in .*NOAUTH"):
        refuse_dead_redis(f"redis://{parts.hostname}:{parts.port}/0")


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:6379", "redis://", "redis://127.0.0.1:x/0"])
def test_what_is_no_url_of_redis_is_told_with_the_form_expected(url: str) -> None:
    with pytest.raises(CannotContinue, match="redis://host:6379/0"):
        refuse_dead_redis(url)
