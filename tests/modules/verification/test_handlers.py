from collections.abc import Sequence
from uuid import UUID

import httpx
import pytest

from app.kernel.ids import new_id
from app.kernel.ports.mail import Mail
from app.modules.verification import handlers
from app.modules.verification.events import CompanyWasReinstated, CompanyWasSuspended, VerificationDecided
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Outgoing, Work
from app.runtime.resources import Resources
from tests.factories.callers import Caller
from tests.factories.verification import approve, make_ready, make_verified, submit

pytestmark = pytest.mark.integration

Event = VerificationDecided | CompanyWasSuspended | CompanyWasReinstated


async def deliver(resources: Resources, event: Event, message_id: UUID) -> Sequence[Outgoing]:
    """What the worker would send, read as the worker reads it."""
    now = resources.clock.now()
    work = Work("verification.test", message_id, now, now, resources)
    identity = Identity(Audience.WORKER, org_id=event.org_id)
    async with resources.database.read(identity) as session:
        match event:
            case VerificationDecided():
                return await handlers.tell_decision(session, event, work)
            case CompanyWasSuspended():
                return await handlers.tell_suspension(session, event, work)
            case CompanyWasReinstated():
                return await handlers.tell_reinstatement(session, event, work)


async def only_mail(resources: Resources, event: Event) -> Mail:
    """The one mail to the company's one office member; a second run gives the very same."""
    message_id = new_id()
    first, second = [await deliver(resources, event, message_id) for _ in range(2)]
    assert first == second
    [mail] = first
    assert isinstance(mail, Mail)
    return mail


class TestTellDecision:
    async def test_office_hears_that_the_company_is_verified(
        self,
        committed_client: httpx.AsyncClient,
        committed_mover: Caller,
        committed_staff: Caller,
        worker_resources: Resources,
    ) -> None:
        await make_ready(committed_client, committed_mover.headers)
        case_id = await submit(committed_client, committed_mover.headers)
        await approve(committed_client, committed_staff.headers, case_id)
        event = VerificationDecided(org_id=committed_mover.org_id, case_id=UUID(case_id), approved=True)
        mail = await only_mail(worker_resources, event)
        me = (await committed_client.get("/v1/auth/me", headers=committed_mover.headers)).json()
        assert mail.to == me["user"]["email"]
        assert mail.subject == f"{me['organization']['name']} is verified"

    async def test_office_reads_why_not(
        self,
        committed_client: httpx.AsyncClient,
        committed_mover: Caller,
        committed_staff: Caller,
        worker_resources: Resources,
    ) -> None:
        await make_ready(committed_client, committed_mover.headers)
        case_id = await submit(committed_client, committed_mover.headers)
        reject = f"/v1/ops/verifications/{case_id}/reject"
        trucks = (await committed_client.get("/v1/trucks", headers=committed_mover.headers)).json()["items"]
        findings = [
            {"item": "insurance", "reason": "It names another."},
            {"item": "truck_registration", "truck_id": trucks[0]["id"], "reason": "It is of another plate."},
            {"item": "pricing", "reason": "It is empty."},
        ]
        verdict = {"reason": "Whose policy is it?", "findings": findings}
        rejected = await committed_client.post(reject, headers=committed_staff.headers, json=verdict)
        assert rejected.status_code == 200, rejected.text
        event = VerificationDecided(org_id=committed_mover.org_id, case_id=UUID(case_id), approved=False)
        mail = await only_mail(worker_resources, event)
        assert mail.subject.endswith("could not be verified yet")
        assert "\n\nWhose policy is it?\n\n" in mail.text
        lines = (
            "- the insurance policy: It names another.\n"
            f"- the truck registration of {trucks[0]['name']}: It is of another plate.\n"
            "- the pricing: It is empty.\n\n"
        )
        assert lines in mail.text


class TestTellSuspension:
    async def test_office_hears_of_both_ends(
        self,
        committed_client: httpx.AsyncClient,
        committed_mover: Caller,
        committed_staff: Caller,
        worker_resources: Resources,
    ) -> None:
        staff, org_id = committed_staff.headers, committed_mover.org_id
        await make_verified(committed_client, committed_mover.headers, staff)
        body = {"reason": "Insurance lapsed"}
        suspended = await committed_client.post(f"/v1/ops/orgs/{org_id}/suspend", headers=staff, json=body)
        suspension_id = UUID(suspended.json()["id"])
        mail = await only_mail(worker_resources, CompanyWasSuspended(org_id=org_id, suspension_id=suspension_id))
        assert mail.subject.endswith("is suspended")
        assert "\n\nInsurance lapsed\n\n" in mail.text
        await committed_client.post(f"/v1/ops/orgs/{org_id}/reinstate", headers=staff)
        mail = await only_mail(worker_resources, CompanyWasReinstated(org_id=org_id, suspension_id=suspension_id))
        assert mail.subject.endswith("is back in the market")
