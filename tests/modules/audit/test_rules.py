"""What an entry may show, and how links hang together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from app.kernel.actor import Role
from app.modules.audit import rules
from app.modules.audit.values import Break, Content, Fault, Head, Link

ORG = UUID(int=7)
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def content(number: int) -> Content:
    return Content(ORG, NOON, "fleet.truck_added", "mover", UUID(int=number), "owner", "truck", UUID(int=number))


def chain(length: int) -> list[Link]:
    links: list[Link] = []
    previous = rules.FIRST_PREVIOUS
    for seq in range(1, length + 1):
        digest = rules.content_hash(content(seq))
        links.append(Link(seq, content(seq), digest, previous, rules.link_hash(previous, seq, digest)))
        previous = links[-1].hash
    return links


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, True),
        (12, 12),
        (Decimal("1.50"), "1.50"),
        (Role.OWNER, "owner"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (date(2027, 1, 2), "2027-01-02"),
        (NOON.astimezone(timezone(timedelta(hours=-8))), "2027-03-01T12:00:00+00:00"),
        ([Role.OWNER, Role.DRIVER], ["owner", "driver"]),
        ({UUID(int=2), UUID(int=1)}, [str(UUID(int=1)), str(UUID(int=2))]),
    ],
)
def test_what_nobody_typed_is_shown(value: object, shown: object):
    assert rules.differences({}, {"field": value}) == [
        {"field": "field", "before": None, "after": shown, "withheld": False}
    ]


@pytest.mark.parametrize("value", ["Bo", "bo@example.com", {"name": "Bo"}, ["Bo"], 1.5, b"secret", object()])
def test_of_text_and_of_what_is_unknown_only_the_field_is_named(value: object):
    [change] = rules.differences({"field": 1}, {"field": value})
    assert change == {"field": "field", "before": None, "after": None, "withheld": True}


def test_equal_fields_are_left_out():
    assert rules.differences({"a": 1, "b": "x"}, {"a": 1, "b": "x"}) == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("testclient", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_loses_its_end(address: str | None, network: str | None):
    assert rules.network_of(address) == network


@pytest.mark.parametrize("action", ["", "retired", "fleet.", "Fleet.retired", "a.b.c", "fleet.truck retired"])
def test_an_action_is_named_by_the_rule(action: str):
    with pytest.raises(ValueError, match="an action is called"):
        rules.check_action(action)


def test_every_field_of_an_entry_is_covered_by_its_hash():
    first = content(1)
    others = {
        "org_id": UUID(int=8),
        "at": NOON + timedelta(microseconds=1),
        "action": "fleet.truck_retired",
        "actor_kind": "staff",
        "actor_id": None,
        "actor_role": None,
        "resource": "driver",
        "resource_id": None,
        "changes": [{"field": "a"}],
        "request_id": "abc",
        "network": "203.0.113.0/24",
    }
    assert set(others) == set(Content.__dataclass_fields__)
    for name, value in others.items():
        changed = Content(**{**{field: getattr(first, field) for field in others}, name: value})
        assert rules.content_hash(changed) != rules.content_hash(first), name


def test_a_whole_chain_has_no_break():
    links = chain(4)
    assert [rules.find_break(link, before) for link, before in zip(links, [None, *links], strict=False)] == [None] * 4


def test_a_link_with_another_hash_is_seen():
    one, two = chain(2)
    forged = Link(two.seq, two.content, two.content_hash, two.previous_hash, bytes(32))
    assert rules.find_break(forged, one) is Fault.EDITED


def test_heads_that_do_not_stand_any_more_are_named():
    heads = [Head(ORG, 1, b"a"), Head(ORG, 2, b"b"), Head(ORG, 3, b"c")]
    assert rules.compare_heads(heads, {(ORG, 1): b"a", (ORG, 2): b"x"}) == [
        Break(ORG, 2, Fault.REWRITTEN),
        Break(ORG, 3, Fault.TRUNCATED),
    ]
