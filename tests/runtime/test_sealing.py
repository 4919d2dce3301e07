"""What the database keeps and cannot read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.runtime.sealing import CannotOpen, Sealer

pytestmark = pytest.mark.unit

OLD, NEW = b"o" * 32, b"n" * 32
SEALER = Sealer(OLD)
PLACE = ("users", "secret", "7")


@given(st.text(), st.lists(st.text(), max_size=3))
def test_what_was_sealed_opens_again(text: str, context: list[str]):
    assert SEALER.open(SEALER.seal(text, *context), *context) == text


def test_the_same_text_is_never_sealed_alike():
    assert SEALER.seal("a", *PLACE) != SEALER.seal("a", *PLACE)


@pytest.mark.parametrize(
    "context", [(), ("users", "secret"), ("users", "secret", "8"), ("users", "secret7"), ("userss", "ecret", "7")]
)
def test_it_opens_in_no_other_place(context: tuple[str, ...]):
    with pytest.raises(CannotOpen):
        SEALER.open(SEALER.seal("a", *PLACE), *context)


def test_a_changed_bit_anywhere_is_refused():
    sealed = SEALER.seal("JBSWY3DPEHPK3PXP", *PLACE)
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(CannotOpen):
            SEALER.open(changed, *PLACE)


@given(st.binary(max_size=80))
def test_no_bytes_but_ours_open(sealed: bytes):
    with pytest.raises(CannotOpen):
        SEALER.open(sealed, *PLACE)


def test_the_previous_secret_opens_until_it_is_dropped():
    old = SEALER.seal("a", *PLACE)
    both = Sealer(NEW, OLD)
    assert both.open(old, *PLACE) == "a"
    assert not old.startswith(both.head)
    assert both.seal("a", *PLACE).startswith(both.head)
    with pytest.raises(CannotOpen, match="key that is gone"):
        Sealer(NEW).open(old, *PLACE)


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(NEW, b"short")
