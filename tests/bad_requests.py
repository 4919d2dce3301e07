"""What can be wrong with a request, as one table: the request, and the refusal that it gets."""

from __future__ import annotations

import copy
import json
from typing import Any, Final, NamedTuple

from tests.factories.bookings import CONTACT, OAKLAND
from tests.factories.fleet import SAN_FRANCISCO
from tests.factories.market import CLOVIS, FRESNO
from tests.factories.standing import USED_KEY

NOWHERE: Final = SAN_FRANCISCO | {"postal_code": "00000"}
ABSENT: Final = "01890000-0000-7000-8000-000000000000"
KIB: Final = 1024


class Bad(NamedTuple):
    """A request and its refusal. `{names}` in path and body stand for the world's ids; a body of bytes is sent as
    it is. An empty code: whatever says that the payload is faulty.
    """

    name: str
    request: str
    body: Any
    status: int
    code: str
    fault: tuple[str, str] | None = None
    who: str = "owner"
    headers: dict[str, str] | None = None


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with the value at the pointer's place; `...` takes the place away."""
    made = copy.deepcopy(body)
    *way, last = path.strip("/").split("/")
    place: Any = made
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    if value is ...:
        del place[last]
    elif isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return made


BY_HAND: Final[dict[str, Any]] = {
    "window": {"starts_at": "2027-06-10T09:00:00", "ends_at": "2027-06-10T13:00:00"},
    "truck_ids": ["{truck}"],
    "driver_ids": ["{driver}"],
    "origin": SAN_FRANCISCO,
    "destination": OAKLAND,
    "contact": CONTACT,
    "price": {"amount": "500.00", "currency": "USD"},
}
ESTIMATE: Final = {"volume_cuft": 600, "weight_lb": 4000, "crew_size": 1, "duration_hours": "3"}
ESTIMATED: Final[dict[str, Any]] = changed(changed(BY_HAND, "price", ...), "estimate", ESTIMATE)
SEARCH: Final[dict[str, Any]] = {
    "origin": FRESNO,
    "destination": CLOVIS,
    "starts_at": "2027-06-10T09:00:00",
    "home_size": "studio",
}
QUOTED: Final = {"quote_id": "{quote}", "contact": CONTACT}
OFF: Final = {"starts_at": "2027-06-15T09:00:00", "ends_at": "2027-06-15T13:00:00"}
PRICES: Final[dict[str, Any]] = {"base_hourly_rate": "150", "base_mileage_rate": "2.50", "minimum_charge": "300"}
POLICY: Final[dict[str, Any]] = {
    "kind": "cargo",
    "insurer": "Harbor Mutual",
    "policy_number": "HM-1",
    "coverage": {"amount": "750000"},
    "effective_on": "2027-01-01",
    "expires_on": "2027-12-31",
}
TRUCK: Final[dict[str, Any]] = {
    "name": "Blue",
    "license_plate": "BAD 1",
    "capacity_cuft": 1600,
    "max_weight_lb": 10_000,
    "base": SAN_FRANCISCO,
}
REGISTER: Final[dict[str, Any]] = {
    "email": "nobody.yet@example.com",
    "password": "correct horse battery",
    "full_name": "Ann Owner",
    "organization": {
        "name": "Movers",
        "phone": "+14155550134",
        "timezone": "America/Los_Angeles",
        "address": SAN_FRANCISCO,
    },
}
JOB: Final = {"starts_at": "2027-06-10T09:00:00-07:00", "hours": 3}
BOOK: Final = "POST /v1/bookings"
FIND: Final = "POST /v1/search"
COMPLETE: Final[dict[str, Any]] = {"actual_hours": "3", "actual_distance_miles": "9", "extras": []}
EXTRA: Final = {"code": "piano", "description": "A piano", "amount": {"amount": "90"}}


def windows() -> list[Bad]:
    """Times that cannot be meant, wherever a window is told."""
    spans = {
        "past": ("2027-01-04T09:00:00", "2027-01-04T13:00:00", "starts_at", "window_past"),
        "reversed": ("2027-06-10T13:00:00", "2027-06-10T09:00:00", "ends_at", "window_reversed"),
        "empty": ("2027-06-10T09:00:00", "2027-06-10T09:00:00", "ends_at", "window_reversed"),
        "of a minute": ("2027-06-10T09:00:00", "2027-06-10T09:01:00", "ends_at", "window_too_short"),
        "longer than 14 days": ("2027-06-10T09:00:00", "2027-06-24T09:01:00", "ends_at", "window_too_long"),
        "in a gap": ("2027-03-14T02:30:00", "2027-03-14T08:00:00", "starts_at", "local_time_missing"),
        "ending in a gap": ("2027-03-13T23:30:00", "2027-03-14T02:30:00", "ends_at", "local_time_missing"),
        "in an hour that comes twice": (
            "2027-11-07T01:30:00",
            "2027-11-07T08:00:00",
            "starts_at",
            "local_time_ambiguous",
        ),
        "infinite": ("2027-06-10T09:00:00", "infinity", "ends_at", "value_error"),
        "without a beginning": ("-infinity", "2027-06-10T09:00:00", "starts_at", "value_error"),
        "past all calendars": ("2027-06-10T09:00:00", "9999-12-31T23:59:59", "ends_at", "value_error"),
        "as a number": (1_800_000_000, "2027-06-10T09:00:00", "starts_at", "value_error"),
        "on a day that does not exist": ("2027-06-31T09:00:00", "2027-07-01T09:00:00", "starts_at", "datetime"),
        "in an unknown zone": ("2027-06-10T09:00:00[Mars/Olympus]", "2027-06-11T09:00:00", "starts_at", "value_error"),
        "with an offset of days": ("2027-06-10T09:00:00+99:00", "2027-06-11T09:00:00", "starts_at", "datetime"),
    }
    bad = []
    for name, (starts_at, ends_at, place, fault) in spans.items():
        times = {"starts_at": starts_at, "ends_at": ends_at}
        code = {"w": "window_refused", "l": "local_time_refused"}.get(fault[0], "validation_failed")
        bad.append(Bad(f"booked {name}", BOOK, {**BY_HAND, "window": times}, 422, code, (f"/window/{place}", fault)))
        off = Bad(f"time off {name}", "POST /v1/trucks/{truck}/time-off", times, 422, code, (f"/{place}", fault))
        if "past" not in name or code != "window_refused":
            bad.append(off)
        if place == "starts_at":
            wish = SEARCH | {"starts_at": starts_at}
            bad.append(Bad(f"searched {name}", FIND, wish, 422, code, ("/starts_at", fault), "anyone"))
            other = {"starts_at": starts_at, "expected_total": {"amount": "1"}}
            path = "POST /v1/bookings/{confirmed}/reschedule"
            bad.append(Bad(f"put off to one {name}", path, other, 422, code, ("/starts_at", fault), "customer"))
    return bad


def zones() -> list[Bad]:
    told = ("Mars/Olympus", "America", "america/los_angeles", "../../etc/passwd", "", "UTC+1", "PST8")
    registered = [
        Bad(
            f"zone {zone!r} registered",
            "POST /v1/auth/register",
            changed(REGISTER, "/organization/timezone", zone),
            422,
            "validation_failed",
            ("/organization/timezone", "value_error"),
            "anyone",
        )
        for zone in told
    ]
    simulated = [
        Bad(
            f"zone {zone!r} simulated",
            "POST /v1/pricing-configs/simulate",
            {"config": PRICES, "job": JOB | {"pickup_zone": zone}},
            422,
            "validation_failed",
            ("/job/pickup_zone", "value_error"),
        )
        for zone in ("Mars/Olympus", "America", "../../etc/passwd")
    ]
    patched = Bad(
        "zone changed",
        "PATCH /v1/org",
        {"timezone": "Mars/Olympus"},
        422,
        "validation_failed",
        ("/timezone", "value_error"),
    )
    return [*registered, *simulated, patched]


def places() -> list[Bad]:
    refused = ("place_not_located", "unknown_postal_code")
    holders: list[tuple[str, dict[str, Any], str, str]] = [
        (BOOK, BY_HAND, "/origin", "owner"),
        (BOOK, BY_HAND, "/destination", "owner"),
        (FIND, SEARCH, "/origin", "anyone"),
        (FIND, SEARCH, "/destination", "anyone"),
        ("POST /v1/auth/register", REGISTER, "/organization/address", "anyone"),
        ("POST /v1/trucks", TRUCK, "/base", "owner"),
    ]
    bad = []
    for request, body, where, who in holders:
        fault = (f"{where}/postal_code", refused[1])
        lost = changed(body, where, NOWHERE)
        bad.append(Bad(f"nowhere: {request} {where}", request, lost, 422, refused[0], fault, who))
        malformed = changed(body, f"{where}/postal_code", "9410")
        fault = (f"{where}/postal_code", "value_error")
        bad.append(Bad(f"no ZIP code: {request} {where}", request, malformed, 422, "validation_failed", fault, who))
        elsewhere = changed(body, f"{where}/state", "NY")
        fault = (f"{where}/state", "state_mismatch")
        bad.append(Bad(f"another state: {request} {where}", request, elsewhere, 422, refused[0], fault, who))
    return bad


AMOUNTS: Final[list[tuple[str, dict[str, Any], str, str]]] = [
    (BOOK, BY_HAND, "/price/amount", "owner"),
    (BOOK, ESTIMATED, "/estimate/duration_hours", "owner"),
    (FIND, changed(changed(SEARCH, "home_size", ...), "estimate", {}), "/estimate/volume_cuft", "anyone"),
    ("POST /v1/bookings/{confirmed}/cancel", {"reason": "no"}, "/accepted_fee", "customer"),
    ("POST /v1/bookings/{confirmed}/complete", COMPLETE, "/actual_hours", "owner"),
    ("POST /v1/bookings/{confirmed}/complete", COMPLETE | {"extras": [EXTRA]}, "/extras/0/amount/amount", "owner"),
    ("POST /v1/pricing-configs", PRICES, "/base_hourly_rate", "owner"),
    ("POST /v1/pricing-configs", PRICES, "/minimum_charge", "owner"),
    ("POST /v1/org/insurance-policies", POLICY, "/coverage/amount", "owner"),
]


def amounts() -> list[Bad]:
    tokens = (
        "-1",
        "-0.01",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        '"NaN"',
        '"1e400"',
        '"-1"',
        "true",
        '"1_000"',
        '""',
    )
    bad = []
    for request, body, where, who in AMOUNTS:
        for token in tokens:
            # Not through json.dumps: it has no way to write 1e400.
            text = json.dumps(changed(body, where, "@@")).replace('"@@"', token)
            name = f"{token} as {where} of {request}"
            bad.append(Bad(name, request, text, 422, "", (where, ""), who))
    return bad


def foreign_ids() -> list[Bad]:
    """Of another company, or another customer: in the path and in the body; the same answer as for no id at all."""
    nobody = "POST /v1/bookings/{%s}/"
    assign: dict[str, Any] = {"truck_ids": ["{truck}"], "driver_ids": ["{driver}"]}
    found = []
    for held in ("b_held", "b_by_hand"):
        path = nobody % held
        found += [
            Bad(f"{held} read", f"GET /v1/bookings/{{{held}}}", None, 404, "booking_not_found"),
            Bad(f"{held} confirmed", f"{path}confirm", None, 404, "booking_not_found"),
            Bad(f"{held} assigned", f"{path}assign", assign, 404, "booking_not_found"),
            Bad(f"{held} started", f"{path}start", None, 404, "booking_not_found"),
            Bad(f"{held} cancelled", f"{path}cancel", {"reason": "no"}, 404, "booking_not_found"),
            Bad(f"{held} confirmed by a customer", f"{path}confirm", None, 404, "booking_not_found", None, "customer"),
        ]
    for name in ("b_truck", "b_driver"):
        kind = name.removeprefix("b_")
        body = BY_HAND | {f"{kind}_ids": [f"{{{name}}}"]}
        found.append(Bad(f"{name} booked", BOOK, body, 404, "resource_not_found"))
        body = assign | {f"{kind}_ids": [f"{{{name}}}"]}
        found.append(Bad(f"{name} assigned", "POST /v1/bookings/{confirmed}/assign", body, 404, "resource_not_found"))
        path = f"PATCH /v1/{kind}s/{{{name}}}"
        change = {"name": "Mine"} if kind == "truck" else {"full_name": "Mine"}
        found.append(Bad(f"{name} changed", path, change, 404, f"{kind}_not_found"))
    found += [
        Bad("another's quote read", "GET /v1/quotes/{b_quote}", None, 404, "quote_not_found", None, "customer"),
        Bad(
            "another's quote booked", BOOK, QUOTED | {"quote_id": "{b_quote}"}, 404, "quote_not_found", None, "customer"
        ),
        Bad("no quote booked", BOOK, QUOTED | {"quote_id": ABSENT}, 404, "quote_not_found", None, "customer"),
        Bad("no id", "GET /v1/bookings/not-an-id", None, 422, "validation_failed", ("path:booking_id", "uuid_parsing")),
    ]
    return found


def too_late() -> list[Bad]:
    hold = "POST /v1/bookings/{old_hold}/"
    said = ("customer", "owner")
    return [
        Bad("an expired offer", "POST /v1/quotes", {"offer_id": "{old_offer}"}, 409, "offer_expired", None, "customer"),
        Bad(
            "an offer of ours, changed",
            "POST /v1/quotes",
            {"offer_id": "{offer}x"},
            422,
            "offer_refused",
            None,
            "customer",
        ),
        Bad("an expired quote", BOOK, QUOTED | {"quote_id": "{old_quote}"}, 409, "quote_expired", None, "customer"),
        *(Bad(f"an expired hold, {who}", f"{hold}confirm", None, 409, "hold_expired", None, who) for who in said),
        *(
            Bad(f"an expired hold cancelled, {who}", f"{hold}cancel", {"reason": "no"}, 409, "hold_expired", None, who)
            for who in said
        ),
        *(
            Bad(
                f"an expired hold's contact, {who}",
                "PATCH /v1/bookings/{old_hold}",
                {"contact": {"full_name": "Late"}},
                409,
                "hold_expired",
                None,
                who,
            )
            for who in said
        ),
        Bad("an expired hold started", f"{hold}start", None, 409, "illegal_step"),
        *(
            Bad(
                f"a second confirm, {who}",
                "POST /v1/bookings/{confirmed}/confirm",
                None,
                409,
                "booking_not_held",
                None,
                who,
            )
            for who in said
        ),
    ]


def too_small() -> list[Bad]:
    small = {"truck_ids": ["{small_truck}"]}
    large = changed(ESTIMATED, "/estimate/volume_cuft", 1601)
    heavy = changed(ESTIMATED, "/estimate/weight_lb", 10_001)
    assign = {"truck_ids": ["{small_truck}"], "driver_ids": ["{driver}"]}
    return [
        Bad("booked on a truck too small", BOOK, ESTIMATED | small, 409, "truck_too_small"),
        Bad("booked by a foot too much", BOOK, large, 409, "truck_too_small"),
        Bad("booked by a pound too much", BOOK, heavy, 409, "truck_too_small"),
        Bad("assigned a truck too small", "POST /v1/bookings/{confirmed}/assign", assign, 409, "truck_too_small"),
        Bad("a truck that nobody drives", BOOK, BY_HAND | {"driver_ids": []}, 409, "crew_incomplete"),
        Bad("a driver without a truck", BOOK, BY_HAND | {"truck_ids": []}, 409, "crew_incomplete"),
    ]


def shapes() -> list[Bad]:
    """What is no body of ours at all."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    cursor = ("query:cursor", "cursor_refused")
    reused = {"Idempotency-Key": USED_KEY}
    areas = "POST /v1/org/service-areas"
    typed = BY_HAND | {"truck_ids": "{truck}"}
    deep = b"[" * 100_000 + b"]" * 100_000
    note = json.dumps({"contact": {"full_name": "x" * 300 * KIB}}).encode()
    return [
        *(
            Bad(f"not JSON: {text!r}", BOOK, text, 400, "not_json")
            for text in (b"{", b"\xff", b"{'a':1}", b"a=1", b"\x00")
        ),
        Bad("an array", BOOK, b"[]", 422, "validation_failed", ("", "model_attributes_type")),
        Bad("nothing", BOOK, b"", 422, "validation_failed", ("", "required")),
        Bad("an unknown field", BOOK, BY_HAND | {"colour": 1}, 422, "validation_failed", ("/colour", "unknown_field")),
        Bad(
            "an unknown field far down",
            FIND,
            changed(SEARCH, "/origin/access", {"lift": True}),
            422,
            "validation_failed",
            ("/origin/access/lift", "unknown_field"),
            "anyone",
        ),
        Bad("a wrong type", BOOK, typed, 422, "validation_failed", ("/truck_ids", "tuple_type")),
        Bad("no field", BOOK, changed(BY_HAND, "contact", ...), 422, "validation_failed", ("/contact", "required")),
        Bad("300 KiB", "PATCH /v1/bookings/{held}", note, 413, "body_too_large"),
        Bad("deep JSON", BOOK, deep, 400, "not_json"),
        Bad("deep JSON with a field", FIND, b'{"origin":' + deep + b"}", 400, "not_json", None, "anyone"),
        Bad("a form", BOOK, b"contact=me", 415, "unsupported_media_type", None, "owner", form),
        Bad("no key", BOOK, BY_HAND, 400, "idempotency_key_required", None, "owner", {"Idempotency-Key": "-"}),
        Bad(
            "a key with spaces",
            BOOK,
            BY_HAND,
            400,
            "idempotency_key_malformed",
            None,
            "owner",
            {"Idempotency-Key": "a b"},
        ),
        Bad(
            "a key with another body", areas, {"radius_miles": 31}, 422, "idempotency_key_reused", None, "owner", reused
        ),
        Bad("a cursor of nobody's", "GET /v1/bookings?cursor=abc", None, 422, "cursor_refused", cursor),
        Bad("another list's cursor", "GET /v1/drivers?cursor={cursor}", None, 422, "cursor_refused", cursor),
        Bad("a cursor, changed", "GET /v1/bookings?cursor={cursor}x", None, 422, "cursor_refused", cursor),
        Bad(
            "another limit's filter",
            "GET /v1/bookings?status=held&cursor={cursor}",
            None,
            422,
            "cursor_refused",
            cursor,
        ),
        Bad("another's cursor", "GET /v1/bookings?cursor={cursor}", None, 422, "cursor_refused", cursor, "customer"),
        Bad(
            "a search's cursor",
            FIND,
            SEARCH | {"cursor": "{cursor}"},
            422,
            "search_cursor_refused",
            ("/cursor", "search_cursor_refused"),
            "anyone",
        ),
        Bad(
            "a parameter too many",
            "GET /v1/bookings?colour=1",
            None,
            422,
            "unknown_parameter",
            ("query:colour", "unknown_parameter"),
        ),
        Bad(
            "a limit of 101",
            "GET /v1/bookings?limit=101",
            None,
            422,
            "validation_failed",
            ("query:limit", "less_than_equal"),
        ),
        Bad(
            "a limit of 0",
            "GET /v1/bookings?limit=0",
            None,
            422,
            "validation_failed",
            ("query:limit", "greater_than_equal"),
        ),
    ]


TABLE: Final = [*windows(), *zones(), *places(), *amounts(), *foreign_ids(), *too_late(), *too_small(), *shapes()]

LATER: Final = {"starts_at": "2027-07-10T09:00:00", "ends_at": "2027-07-10T13:00:00"}
LATER_STILL: Final = {"starts_at": "2027-07-11T09:00:00", "ends_at": "2027-07-11T13:00:00"}
# What the table spoils, as it was before; at times that the table does not name.
GOOD: Final[list[tuple[str, dict[str, Any], str]]] = [
    (BOOK, BY_HAND | {"window": LATER}, "owner"),
    (BOOK, ESTIMATED | {"window": LATER_STILL}, "owner"),
    (FIND, SEARCH, "anyone"),
    ("POST /v1/trucks/{truck}/time-off", OFF, "owner"),
    ("POST /v1/auth/register", REGISTER, "anyone"),
    ("POST /v1/trucks", TRUCK, "owner"),
    ("POST /v1/org/insurance-policies", POLICY, "owner"),
    ("POST /v1/pricing-configs", PRICES, "owner"),
    ("POST /v1/pricing-configs/simulate", {"config": PRICES, "job": JOB | {"pickup_zone": "America/Boise"}}, "owner"),
]
