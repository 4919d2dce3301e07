"""What the operator sees: JSON logs with masking, metrics, traces (exporter off by default)."""

from __future__ import annotations

import importlib

from app.runtime.settings import TelemetrySettings


def trace_if_asked(settings: TelemetrySettings, service: str) -> None:
    """Make the tracer provider of the process, where traces are on."""
    if settings.traces:
        # By name and not above: what makes and sends spans takes a twentieth of a start, and most are started without.
        importlib.import_module("app.runtime.telemetry.traces").configure(settings, service)
