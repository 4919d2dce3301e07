import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.runtime.web.docs import ASSETS, REDOC, mount_docs

pytestmark = pytest.mark.unit

LINKS = re.compile(r'(?:src|href)="([^"]+)"')


@pytest_asyncio.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI(docs_url=None, redoc_url=None)
    mount_docs(app, openapi_url="/openapi.json")
    async with AsyncClient(transport=ASGITransport(app), base_url="http://movehub.example") as client:
        yield client


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
class TestPages:
    async def test_everything_a_page_asks_for_is_here_and_lasts(self, client: AsyncClient, path: str) -> None:
        links = LINKS.findall((await client.get(path)).text)
        assert len(links) >= 4
        for link in links:
            assert link.startswith("/assets/")
            answer = await client.get(link)
            assert (answer.status_code, len(answer.content) > 0) == (200, True)
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"

    async def test_the_page_names_the_document_and_holds_no_script_of_its_own(
        self, client: AsyncClient, path: str
    ) -> None:
        page = (await client.get(path)).text
        assert 'data-openapi-url="/openapi.json"' in page
        assert re.findall(r"<script[^>]*>[^<]", page) == []
        assert "style=" not in page

    async def test_the_policy_lets_nothing_in_from_elsewhere(self, client: AsyncClient, path: str) -> None:
        policy = (await client.get(path)).headers["content-security-policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self'"
        assert rules["connect-src"] == "'self'"
        assert rules["frame-ancestors"] == "'none'"
        assert not re.search(r"https?:|\*|unsafe-eval", policy)

    async def test_it_can_be_asked_for_its_head(self, client: AsyncClient, path: str) -> None:
        assert (await client.head(path)).status_code == 200


async def test_an_asset_without_its_version_is_asked_for_again(client: AsyncClient) -> None:
    assert (await client.get("/assets/docs.css")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets/nothing.js", "/assets/%2e%2e/docs.py", "/assets/..%2fdocs.py", "/assets/"])
async def test_there_is_nothing_else(client: AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_the_pages_are_not_part_of_the_api(client: AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json()["paths"] == {}


def test_each_vendored_folder_has_its_licence_and_no_source_map() -> None:
    folders = [folder for folder in ASSETS.iterdir() if folder.is_dir()]
    assert len(folders) == 2
    assert all((folder / "LICENSE").is_file() for folder in folders)
    assert list(ASSETS.rglob("*.map")) == []


def test_the_one_image_from_elsewhere_is_not_asked_for() -> None:
    script = (ASSETS / REDOC / "redoc.standalone.js").read_text()
    assert set(re.findall(r'src:"(https?:[^"]+)"', script)) == {"https://cdn.redoc.ly/redoc/logo-mini.svg"}
    start = (ASSETS / "redoc-start.js").read_text()
    before, _, after = start.partition("Redoc.init(")
    assert after, "both ways of naming an image's address are guarded before ReDoc is started"
    for guard in (
        'address.startsWith("data:") || new URL(address, location).origin === location.origin;',
        "if (isOurs(address)) source.set.call(this, address);",
        'if (name !== "src" || isOurs(value)) Element.prototype.setAttribute.call(this, name, value);',
    ):
        assert before.count(guard) == 1, guard
    assert (before.count(".set.call("), before.count("setAttribute.call(")) == (1, 1), "there is no way around them"
