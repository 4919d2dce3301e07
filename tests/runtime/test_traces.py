"""Traces need a process of their own: a tracer provider is set once and for all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.contracts import ROOT

pytestmark = pytest.mark.unit

SCRIPT = """
import asyncio, httpx
from fastapi import FastAPI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from app.runtime.settings import TelemetrySettings
from app.runtime.telemetry import traces

exporter = InMemorySpanExporter()
provider = traces.configure(TelemetrySettings(traces=True), "test", exporter)
app = FastAPI(telemetry={"operation_spans": False})

@app.get("/people/{name}")
async def person(name: str) -> dict[str, str]:
    raise RuntimeError("secret ann@example.com")

async def main():
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/people/ann?phone=%2B14155550123&token=abc")

asyncio.run(main())
provider.force_flush()
for span in exporter.get_finished_spans():
    print(span.to_json())
"""


def test_a_request_makes_a_span_without_what_people_typed():
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "/people/{name}" in done.stdout
    for secret in ("ann", "4155550123", "token=abc", "secret"):
        assert secret not in done.stdout.replace("/people/{name}", ""), done.stdout


def test_without_the_setting_there_is_no_provider():
    script = "from app.runtime.settings import TelemetrySettings as T; from app.runtime.telemetry import traces; "
    script += "assert traces.configure(T(), 'x') is None"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
