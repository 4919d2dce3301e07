from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.ids import ids_from, new_id, uuid7_at

pytestmark = pytest.mark.unit

MOMENTS = st.integers(0, (1 << 48) - 1)


def test_the_example_of_the_standard():
    """RFC 9562, A.6."""
    randomness = (0xCC3 << 62) | 0x18C4DC0C0C07398F
    assert uuid7_at(0x017F22E279B0, randomness) == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


@given(MOMENTS, st.integers(0, (1 << 80) - 1))
def test_it_is_of_version_seven_and_carries_its_moment(moment: int, randomness: int):
    made = uuid7_at(moment, randomness)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == moment


@given(MOMENTS, MOMENTS, st.integers(0, (1 << 74) - 1), st.integers(0, (1 << 74) - 1))
def test_later_ones_sort_later(first: int, second: int, one: int, other: int):
    if first < second:
        assert uuid7_at(first, one) < uuid7_at(second, other)


def test_no_two_are_the_same():
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_a_source_of_ones_own_lasts_for_its_block():
    known = UUID(int=7)
    with ids_from(lambda: known):
        assert new_id() == known
    assert new_id() != known
