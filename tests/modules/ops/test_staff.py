"""What each role of the staff may do; the role is the database's, not the token's."""

from typing import Any

import httpx
import pytest

from app.kernel.actor import StaffRole
from app.kernel.permissions import STAFF_ROLES, StaffPermission
from app.runtime.resources import Resources
from tests.conftest import sign_in_staff

NOBODY = "00000000-0000-7000-8000-000000000000"
Operation = tuple[str, str, Any]
READ: list[Operation] = [
    ("GET", "/v1/ops/verifications", None),
    ("GET", "/v1/ops/verification-packs", None),
    ("GET", "/v1/ops/audit", None),
    ("GET", f"/v1/ops/verifications/{NOBODY}", None),
    ("GET", "/v1/ops/settings", None),
    ("GET", "/v1/ops/text-messages", None),
    ("GET", "/v1/ops/orgs?q=nobody", None),
    ("GET", f"/v1/ops/orgs/{NOBODY}", None),
    ("GET", "/v1/ops/bookings?reference=MH-NOBODY", None),
    ("POST", f"/v1/ops/verifications/{NOBODY}/notes", {"text": "Hm"}),
]
REVIEW: list[Operation] = [
    ("POST", f"/v1/ops/verifications/{NOBODY}/claim", None),
    ("POST", f"/v1/ops/verifications/{NOBODY}/give-back", None),
    ("POST", f"/v1/ops/verifications/{NOBODY}/approve", None),
    ("POST", f"/v1/ops/verifications/{NOBODY}/reject", {"reason": "No"}),
    ("POST", f"/v1/ops/orgs/{NOBODY}/suspend", {"reason": "No"}),
    ("POST", f"/v1/ops/orgs/{NOBODY}/reinstate", None),
]
SETTINGS = {"fee_percent": "0", "four_eyes": False, "claim_minutes": 60, "fuel_index_price": None}
ENFORCE: list[Operation] = [
    ("PUT", "/v1/ops/verification-packs", {"packs": []}),
    ("PUT", "/v1/ops/settings", SETTINGS),
]
EMPLOY: list[Operation] = [
    ("GET", "/v1/ops/staff", None),
    ("PATCH", f"/v1/ops/staff/{NOBODY}", {"role": "support"}),
]
MAY = {
    StaffRole.SUPPORT: READ,
    StaffRole.REVIEWER: READ + REVIEW,
    StaffRole.ADMIN: READ + REVIEW + ENFORCE + EMPLOY,
}


def test_every_permission_has_its_row_and_an_admin_has_them_all() -> None:
    assert set(STAFF_ROLES) == set(StaffPermission)
    assert all(StaffRole.ADMIN in roles for roles in STAFF_ROLES.values())


@pytest.mark.integration
@pytest.mark.parametrize("role", list(StaffRole))
async def test_each_role_is_let_in_to_its_own(client: httpx.AsyncClient, resources: Resources, role: StaffRole) -> None:
    headers = (await sign_in_staff(client, resources, role)).headers
    for operation in READ + REVIEW + ENFORCE + EMPLOY:
        method, path, body = operation
        # A tag that is nobody's: the settings stay as they are.
        answer = await client.request(method, path, json=body, headers=headers | {"If-Match": '"v999999"'})
        if operation in MAY[role]:
            assert answer.status_code in (200, 404, 412), answer.text
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed"), operation


@pytest.mark.integration
async def test_the_platforms_trail_tells_the_role(client: httpx.AsyncClient, resources: Resources) -> None:
    headers = (await sign_in_staff(client, resources, StaffRole.SUPPORT)).headers
    await client.get("/v1/ops/audit", headers=headers)
    latest = (await client.get("/v1/ops/audit?action=ops.audit_read&limit=1", headers=headers)).json()["items"][0]
    assert (latest["actor"]["kind"], latest["actor"]["role"]) == ("staff", "support")
