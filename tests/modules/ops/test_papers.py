"""Staff open the paper itself before they believe what a company says of it, and no other file."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from app.kernel.actor import StaffRole
from app.kernel.ports.object_store import StoreUnavailable
from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember, sign_in_staff
from tests.factories.files import document, photo, upload
from tests.factories.fleet import add_truck
from tests.factories.market import post
from tests.factories.verification import add_policy
from tests.modules.verification.test_documents import show

pytestmark = pytest.mark.integration


async def show_paper(client: httpx.AsyncClient, member: Member, worker: Resources) -> str:
    """The file of a permit."""
    paper = await upload(client, member, worker, document(), "application/pdf", "document")
    assert (await show(client, member, upload_id=paper["id"])).status_code == 201
    return str(paper["id"])


async def open_paper(client: httpx.AsyncClient, who: StaffMember, member: Member, upload_id: str) -> httpx.Response:
    return await client.get(f"/v1/ops/orgs/{member.org_id}/papers/{upload_id}", headers=who.headers)


async def test_whoever_may_read_the_company_may_read_its_papers_and_the_trail_tells_who(
    client: httpx.AsyncClient, resources: Resources, mover_a: Member, worker_resources: Resources
) -> None:
    permit = await show_paper(client, mover_a, worker_resources)
    certificate = await upload(client, mover_a, worker_resources, photo(), "image/jpeg", "document")
    policy = await add_policy(client, mover_a.headers, upload_id=certificate["id"])
    await client.delete(f"/v1/org/insurance-policies/{policy['id']}", headers=mover_a.headers)
    for role in StaffRole:
        who = await sign_in_staff(client, resources, role)
        shown = await open_paper(client, who, mover_a, permit)
        assert shown.status_code == 200, shown.text
        file = await client.get(shown.json()["url"])
        assert (file.status_code, file.content[:5]) == (200, b"%PDF-")
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["content-disposition"].startswith("attachment")
        # A withdrawn one too: it is what was shown.
        assert (await open_paper(client, who, mover_a, certificate["id"])).json()["thumbnail_url"]
    trail = (await client.get("/v1/org/audit?action=ops.paper_read", headers=mover_a.headers)).json()["items"]
    assert [one["actor"]["kind"] for one in trail] == ["staff"] * 2 * len(StaffRole)
    assert {one["resource"]["id"] for one in trail} == {permit, certificate["id"]}


async def test_what_is_no_paper_of_the_company_is_not_found(
    client: httpx.AsyncClient, staff: StaffMember, mover_a: Member, mover_b: Member, worker_resources: Resources
) -> None:
    truck = await add_truck(client, mover_a.headers)
    picture = await upload(client, mover_a, worker_resources, photo(), "image/jpeg", "photo")
    await post(client, mover_a.headers, f"/v1/trucks/{truck['id']}/photos", {"upload_id": picture["id"]}, 201)
    loose = await upload(client, mover_a, worker_resources, document(), "application/pdf", "document")
    foreign = await show_paper(client, mover_b, worker_resources)
    for key in (picture["id"], loose["id"], foreign, str(uuid4())):
        answer = await open_paper(client, staff, mover_a, key)
        assert (answer.status_code, answer.json()["code"]) == (404, "upload_not_found")
    assert (await client.get("/v1/org/audit?action=ops.paper_read", headers=mover_a.headers)).json()["items"] == []


async def test_companies_open_none_this_way_and_a_store_that_is_away_is_told(
    client: httpx.AsyncClient,
    staff: StaffMember,
    mover_a: Member,
    worker_resources: Resources,
    resources: Resources,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    permit = await show_paper(client, mover_a, worker_resources)
    path = f"/v1/ops/orgs/{mover_a.org_id}/papers/{permit}"
    refused = await client.get(path, headers=mover_a.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_kind_of_caller")
    assert (await client.get(path)).status_code == 401

    async def away(*_: object) -> str:
        raise StoreUnavailable

    monkeypatch.setattr(resources.ports.objects, "download_link", away)
    unread = await open_paper(client, staff, mover_a, permit)
    assert (unread.status_code, unread.json()["code"]) == (503, "files_unavailable")
