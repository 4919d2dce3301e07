"""Prometheus metrics. Labels are route templates and closed sets, never ids."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = Counter(
            "movehub_http_requests_total",
            "Answered requests",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "movehub_http_request_seconds",
            "Time to answer",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.refused = Counter(
            "movehub_rate_limited_total", "Requests refused by a limit", ["limit"], registry=self.registry
        )
        self.texts = Counter(
            "movehub_otp_texts_total", "Codes asked for by text message and taken on", registry=self.registry
        )
        self.retries = Counter(
            "movehub_transaction_retries_total", "Whole transactions tried again", registry=self.registry
        )
        self.replays = Counter(
            "movehub_idempotency_replays_total", "Answers given again for a key", registry=self.registry
        )
        self.relayed = Counter("movehub_outbox_relayed_total", "Events handed to the queue", registry=self.registry)
        self.handled = Counter(
            "movehub_messages_total", "Messages consumed", ["name", "outcome"], registry=self.registry
        )
        self.unsent = Gauge("movehub_outbox_unsent", "Events waiting for the relay", registry=self.registry)

        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Methods, routes and statuses are closed sets, so their counters are looked up once and kept."""
        key = (method, route, status)
        children = self._children.get(key)
        if children is None:
            children = self.requests.labels(method, route, str(status)), self.seconds.labels(route)
            self._children[key] = children
        counter, histogram = children
        counter.inc()
        histogram.observe(seconds)

    def render(self) -> bytes:
        return generate_latest(self.registry)
