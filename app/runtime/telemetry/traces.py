"""OpenTelemetry: wired, and silent until MOVEHUB_TELEMETRY__TRACES is on.

Spans lose what could hold personal data before they leave: query strings, messages of exceptions, and paths,
which the route's template replaces.
"""

from __future__ import annotations

from typing import Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from app.runtime.settings import TelemetrySettings

DROPPED: Final = frozenset(
    {
        "url.query",
        "http.target",
        "http.url",
        "url.full",
        "exception.message",
        "exception.stacktrace",
        "url.path",
    }
)


class Redacting(SpanExporter):
    """Hands spans on without the attributes that may hold personal data."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: list[ReadableSpan] | tuple[ReadableSpan, ...]) -> SpanExportResult:  # type: ignore[override]
        return self._inner.export([redacted(span) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()


def redacted(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={key: value for key, value in (span.attributes or {}).items() if key not in DROPPED},
        events=(),
        links=span.links,
        kind=span.kind,
        status=span.status.__class__(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def configure(settings: TelemetrySettings, service: str, exporter: SpanExporter | None = None) -> TracerProvider | None:
    """Make the tracer provider of the process, or None while traces are off. `exporter`: instead of OTLP over HTTP.

    The web framework makes its own span for each request as soon as there is a provider; the driver's are added here.
    """
    if not settings.traces:
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    if exporter is None:
        exporter = OTLPSpanExporter(endpoint=settings.otlp_endpoint) if settings.otlp_endpoint else OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(Redacting(exporter)))
    trace.set_tracer_provider(provider)
    AsyncPGInstrumentor().instrument(tracer_provider=provider)  # type: ignore[no-untyped-call]
    return provider
